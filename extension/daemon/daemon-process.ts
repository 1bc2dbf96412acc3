import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DaemonCommand } from './daemon-command.ts';

/** Lines of standard error that are kept to say why it ended. */
const KEPT_LINES = 5;

/** After its streams have closed, the process needs no longer than this to be gone. */
const EXIT_MS = 2_000;

/** The process that connects this window with the daemon. */
export class DaemonProcess {
  readonly child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #lines: string[] = [];

  constructor({ command, args, env }: DaemonCommand, onLine: (line: string) => void) {
    const child = spawn(command, args, { env, stdio: 'pipe', windowsHide: true });
    this.child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#lines.push(error.message);
        resolve(null);
      });
      child.once('close', resolve);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#lines.push(line.replace(/^vm-system: /, ''));
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
      onLine(line);
    });
    // Whoever writes learns of the end by the closed connection.
    child.stdin.on('error', () => undefined);
  }

  /** How it ended, once its streams have closed; null for a signal, and for one that does not end by itself. */
  async exitCode(): Promise<number | null> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), EXIT_MS);
    try {
      return await this.#exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What it said last on standard error. */
  get lastWords(): string {
    return this.#lines.join(' ');
  }
}
