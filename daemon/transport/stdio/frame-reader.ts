import type { Readable } from 'node:stream';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';
import { decodeMessage } from './decode-message.ts';
import { FrameError, FrameParser } from './frame-parser.ts';

/**
 * Reads messages of the LSP base protocol, with bounds and without mercy: after the first thing that is no message
 * it reports the error, and is deaf. (The library's own reader buffers headers and bodies of any size.)
 */
export class FrameReader extends AbstractMessageReader {
  readonly #input: Readable;
  /** Told of each message with its size in bytes; false keeps it from the connection. */
  readonly #admit: (message: Message, bytes: number) => boolean;

  constructor(input: Readable, admit: (message: Message, bytes: number) => boolean) {
    super();
    this.#input = input;
    this.#admit = admit;
  }

  listen(callback: DataCallback): Disposable {
    const parser = new FrameParser((body) => {
      const message = decodeMessage(body);
      if (this.#admit(message, body.length)) callback(message);
    });
    const onData = (chunk: Buffer): void => {
      try {
        parser.push(chunk);
      } catch (error) {
        stop();
        this.fireError(error);
      }
    };
    const onEnd = (): void => {
      if (parser.isInside) this.fireError(new FrameError('the connection ended in the middle of a message'));
      this.fireClose();
    };
    const onError = (error: Error): void => {
      this.fireError(error);
    };
    const stop = (): void => {
      this.#input.off('data', onData).off('end', onEnd);
      // What else comes is thrown away, so that the other side can write, and read why.
      this.#input.resume();
    };
    this.#input.on('data', onData).on('end', onEnd).on('error', onError).resume();
    return { dispose: stop };
  }
}
