import type { Writable } from 'node:stream';
import { AbstractMessageWriter, type Message } from 'vscode-jsonrpc/node';

/** Writes messages of the LSP base protocol, in the order in which it gets them. */
export class FrameWriter extends AbstractMessageWriter {
  readonly #output: Writable;
  readonly #onWritten: (message: Message) => void;

  /** @param onWritten told of each message when the system has taken it */
  constructor(output: Writable, onWritten: (message: Message) => void) {
    super();
    this.#output = output;
    this.#onWritten = onWritten;
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
    const json = JSON.stringify(message);
    return new Promise((resolve) => {
      if (!this.#output.writable) {
        resolve();
        return;
      }
      this.#output.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`, () => {
        resolve();
        this.#onWritten(message);
      });
    });
  }

  end(): void {
    // Whoever owns the stream ends it.
  }
}
