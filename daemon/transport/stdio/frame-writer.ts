import type { Writable } from 'node:stream';
import { AbstractMessageWriter, type Message } from 'vscode-jsonrpc/node';

/** Told of each message before it goes out, and when the system has taken it. */
export type WriteListener = {
  readonly writing: (message: Message) => void;
  readonly written: (message: Message) => void;
};

/** Writes messages of the LSP base protocol, in the order in which it gets them. */
export class FrameWriter extends AbstractMessageWriter {
  readonly #output: Writable;
  readonly #listener: WriteListener;

  constructor(output: Writable, listener: WriteListener) {
    super();
    this.#output = output;
    this.#listener = listener;
    output.on('error', (error) => {
      this.fireError(error);
    });
    output.on('close', () => {
      this.fireClose();
    });
  }

  /** Bytes that wait for the other side to read. */
  get waiting(): number {
    return this.#output.writableLength;
  }

  /** Resolves when the system has taken the message, or when nobody will ever read it: the connection's end is told elsewhere. */
  write(message: Message): Promise<void> {
    this.#listener.writing(message);
    const json = JSON.stringify(message);
    return new Promise((resolve) => {
      if (!this.#output.writable) {
        resolve();
        return;
      }
      this.#output.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`, () => {
        resolve();
        this.#listener.written(message);
      });
    });
  }

  end(): void {
    // Whoever owns the stream ends it.
  }
}
