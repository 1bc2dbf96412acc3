import type { Readable } from 'node:stream';
import { Message, type ResponseMessage } from 'vscode-jsonrpc/node';
import { ERROR_CODES } from '../../../shared/errors/error-codes.ts';
import { isRequestMethod, MAX_REQUEST_BYTES } from './check-params.ts';
import { FrameError } from './frame-parser.ts';
import { Lifecycle, refusal, type Refusal } from './lifecycle.ts';

/** Messages of one client that may be unanswered before no more are read from it, and when reading goes on. */
const MAX_PENDING = 1_000;
const RESUME_PENDING = 500;

/** Bytes of answers that the client has not taken, likewise. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const RESUME_WAITING_BYTES = 1024 * 1024;

/** Where messages come in: refuses what is out of order or too large, and stops reading from a client that asks without listening. */
export class MessageGate {
  readonly lifecycle = new Lifecycle();
  readonly #input: Readable;
  readonly #answer: (message: ResponseMessage) => void;
  readonly #waitingBytes: () => number;
  readonly #waitingForRoom: (() => void)[] = [];
  /** Of requests that are not answered. */
  readonly #openIds = new Set<ResponseMessage['id']>();
  #pending = 0;
  #isPaused = false;

  constructor(input: Readable, answer: (message: ResponseMessage) => void, waitingBytes: () => number) {
    this.#input = input;
    this.#answer = answer;
    this.#waitingBytes = waitingBytes;
  }

  /** Whether the message goes on to the connection. Throws FrameError for a request that nothing could answer. */
  admit(message: Message, bytes: number): boolean {
    this.#pending += 1;
    if (Message.isRequest(message)) {
      // Two answers of one id: nobody could tell which is which.
      if (this.#openIds.has(message.id))
        throw new FrameError('a request has the id of another that is not answered yet');
      this.#openIds.add(message.id);
      const refusal = this.lifecycle.refuseRequest(message.method) ?? refuseSize(message.method, bytes);
      if (refusal !== undefined) {
        this.#answer({ jsonrpc: '2.0', id: message.id, error: refusal });
        return false;
      }
    } else if (Message.isNotification(message) && !this.lifecycle.acceptsNotification(message.method)) {
      this.#pending -= 1;
      return false;
    }
    if (this.#pending >= MAX_PENDING || this.#waitingBytes() > MAX_WAITING_BYTES) this.#pause();
    return true;
  }

  /** The connection took it from its queue; a request stays pending until it is answered. */
  taken(message: Message): void {
    if (!Message.isRequest(message)) this.#pending -= 1;
    this.settle();
  }

  /** Before the answer goes out: a client that has it may use the id again. */
  answering({ id }: ResponseMessage): void {
    this.#openIds.delete(id);
  }

  answered(): void {
    this.#pending -= 1;
    this.settle();
  }

  /** Resolves when the client has taken enough of its answers for the next to be made; undefined when it has. */
  room(): Promise<void> | undefined {
    if (this.#waitingBytes() <= MAX_WAITING_BYTES && this.#waitingForRoom.length === 0) return undefined;
    return new Promise((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** The client took some bytes, or a message. */
  settle(): void {
    this.#letOneIn();
    if (!this.#isPaused) return;
    if (this.#pending > RESUME_PENDING || this.#waitingBytes() > RESUME_WAITING_BYTES) return;
    this.#isPaused = false;
    this.#input.resume();
  }

  /** One after the other: each may make an answer as large as those before it. */
  #letOneIn(): void {
    if (this.#waitingForRoom.length === 0 || this.#waitingBytes() > MAX_WAITING_BYTES) return;
    this.#waitingForRoom.shift()?.();
    setImmediate(() => {
      this.#letOneIn();
    });
  }

  #pause(): void {
    this.#isPaused = true;
    this.#input.pause();
  }
}

function refuseSize(method: string, bytes: number): Refusal | undefined {
  if (!isRequestMethod(method) || bytes <= MAX_REQUEST_BYTES) return undefined;
  return refusal(ERROR_CODES.PAYLOAD_TOO_LARGE.rpc, 'PAYLOAD_TOO_LARGE', 'The request is larger than 10 MiB.');
}
