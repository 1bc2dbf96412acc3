import { Socket } from 'node:net';
import { HOST_CHANNEL_FD, type FromHost, type ToHost } from '../../shared/ipc/host-messages.ts';
import { LineSplitter } from '../../shared/ipc/line-splitter.ts';

/** Source text may be 10 MiB, and six characters for one where JSON has to escape. The daemon is trusted. */
const MAX_LINE_CHARS = 128 * 1024 * 1024;

/** The pipe to the daemon. When it ends, so does this process, whatever its guests are doing: they run on other threads. */
export class DaemonChannel {
  readonly #socket = new Socket({ fd: HOST_CHANNEL_FD, readable: true, writable: true });
  readonly #lines = new LineSplitter(MAX_LINE_CHARS);

  listen(receive: (message: ToHost) => void): void {
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (chunk: string) => {
      for (const line of this.#lines.push(chunk)) receive(JSON.parse(line) as ToHost);
    });
    this.#socket.on('close', endProcess);
    this.#socket.on('end', endProcess);
    this.#socket.on('error', endProcess);
  }

  send(message: FromHost): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}

/** process.exit() tears live isolates down, which can crash or never end; SIGKILL cannot. */
export function endProcess(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
}
