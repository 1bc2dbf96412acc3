import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { HOST_CHANNEL_FD, type FromHost, type ToHost } from '../../shared/ipc/host-messages.ts';
import { LineSplitter } from '../../shared/ipc/line-splitter.ts';
import { fs, net } from './node-modules.ts';

/** Source text may be 10 MiB, and six characters for one where JSON has to escape. The daemon is trusted. */
const MAX_LINE_CHARS = 128 * 1024 * 1024;

/** Most messages are far smaller. */
const READ_BYTES = 65_536;

/** What a pipe takes at once as a rule; longer texts are left to the socket, which may have to wait. */
const MAX_DIRECT_CHARS = 32_768;

const NEWLINE = 10;

/**
 * The pipe to the daemon. When it ends, so does this process, whatever its guests are doing: they run on other threads.
 * Reads into one buffer and writes past the stream where it can: the machinery of streams would be a tenth of what the
 * main thread does for a line of a REPL.
 */
export class DaemonChannel {
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines = new LineSplitter(MAX_LINE_CHARS);
  readonly #socket: Socket;
  #receive: (message: ToHost) => void = () => undefined;
  /** The end of the last chunk was in the middle of a line, and maybe of a character. */
  #isInLine = false;

  constructor() {
    const callback = (size: number): boolean => {
      this.#read(size);
      return true;
    };
    const onread = { buffer: this.#buffer, callback };
    this.#socket = new net.Socket({ fd: HOST_CHANNEL_FD, readable: true, writable: true, onread });
  }

  listen(receive: (message: ToHost) => void): void {
    this.#receive = receive;
    this.#socket.on('close', endProcess);
    this.#socket.on('end', endProcess);
    this.#socket.on('error', endProcess);
  }

  send(message: FromHost): void {
    const text = `${JSON.stringify(message)}\n`;
    if (this.#socket.writableLength > 0 || text.length > MAX_DIRECT_CHARS || !this.#writeNow(text)) {
      this.#socket.write(text);
    }
  }

  /** Writes all of the text and returns true, or nothing of it; what the pipe takes in part goes on through the socket. */
  #writeNow(text: string): boolean {
    let written;
    try {
      written = fs.writeSync(HOST_CHANNEL_FD, text);
    } catch {
      // Full, or broken: the socket waits, or finds out.
      return false;
    }
    if (written < text.length || written < Buffer.byteLength(text)) {
      this.#socket.write(Buffer.from(text).subarray(written));
    }
    return true;
  }

  #read(size: number): void {
    const isWhole = this.#buffer[size - 1] === NEWLINE;
    const bytes = this.#buffer;
    const chunk = isWhole && !this.#isInLine ? bytes.toString('utf8', 0, size) : this.#decoder.write(bytes.subarray(0, size)); // prettier-ignore
    this.#isInLine = !isWhole;
    for (const line of this.#lines.push(chunk)) this.#receive(JSON.parse(line) as ToHost);
  }
}

/** process.exit() tears live isolates down, which can crash or never end; SIGKILL cannot. */
export function endProcess(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
}
