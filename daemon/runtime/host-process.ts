import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { HOST_CHANNEL_FD, type FromHost, type ToHost } from '../../shared/ipc/host-messages.ts';
import { LineSplitter } from '../../shared/ipc/line-splitter.ts';
import type { HostCommand } from './host-command.ts';
import { checkMessage } from './host-message-check.ts';
import { endHurry, HURRIED } from './host-priority.ts';
import type { HostEnd } from './slot.ts';

/** A host that sends a longer line is out of its mind: a batch has at most 128 Ki characters and one text of 1 Mi, escaped. */
const MAX_LINE_CHARS = 16 * 1024 * 1024;
const MAX_STDERR_CHARS = 4096;
const LAST_WORDS_MS = 100;
/**
 * All of a host's environment, for glibc: one arena, and what is freed goes back at once. Two MiB of each host. What is
 * large has pages of its own, which take memory when they are written to: buffers mostly are not, to their ends.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TOP_PAD_: '0',
};

export type HostListener = {
  message(message: FromHost): void;
  /** Once, as soon as the host is beyond use; the process may take a moment longer to go. */
  ended(end: HostEnd): void;
};

/** One runtime host process and the pipe to it. */
export class HostProcess {
  readonly pid: number;
  /** Resolves when the process is reaped. */
  readonly exited: Promise<void>;
  /** When the host last said anything, on the clock of performance.now(). */
  lastHeard = performance.now();
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #lines = new LineSplitter(MAX_LINE_CHARS);
  #listener: HostListener | undefined;
  #ending: HostEnd | undefined;
  #stderr = '';

  #isHurried: boolean;

  /** @param isHurried whether it starts at full priority, which ends with the first that it says */
  constructor(command: HostCommand, isHurried = false) {
    this.#isHurried = isHurried;
    const env = isHurried ? { ...ALLOCATOR, ...HURRIED } : ALLOCATOR;
    const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const;
    // A process group of its own: Ctrl-C in the daemon's terminal is for the daemon, which then ends its hosts in order.
    this.#child = spawn(command.file, command.args, { env, cwd: '/', stdio: [...stdio], detached: true });
    this.pid = this.#child.pid ?? 0;
    this.#channel = this.#child.stdio[HOST_CHANNEL_FD] as Duplex;
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#onExit(code, signal);
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#conclude({ kind: 'died', message: `no runtime host could be started: ${error.message}` });
        if (this.#child.pid === undefined) resolve();
      });
    });
    this.#channel.setEncoding('utf8');
    // Broken pipes are noticed as the end of the process.
    this.#channel.on('error', () => undefined);
    this.#child.stderr?.setEncoding('utf8');
    this.#child.stderr?.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARS);
    });
  }

  /** How messages call it. */
  get name(): string {
    return `runtime host (pid ${this.pid})`;
  }

  /** Whether the process can still do anything; its end may have to be explained yet. */
  get isRunning(): boolean {
    return this.#ending === undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get end(): HostEnd | undefined {
    return this.#ending;
  }

  /** The last that the host wrote to stderr, for the log. */
  get stderr(): string {
    return this.#stderr;
  }

  /** What the host has said before waits in the pipe. */
  listen(listener: HostListener): void {
    this.#listener = listener;
    this.#channel.on('data', (chunk: string) => { this.#receive(chunk); }); // prettier-ignore
    if (this.#ending !== undefined) listener.ended(this.#ending);
  }

  send(message: ToHost): void {
    if (this.#ending === undefined) this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends the process at once; `end` is what everyone learns. Idempotent. */
  kill(end: HostEnd): void {
    this.#child.kill('SIGKILL');
    this.#conclude(end);
  }

  #receive(chunk: string): void {
    if (this.#ending !== undefined) return;
    this.lastHeard = performance.now();
    if (this.#isHurried) endHurry(this.pid);
    this.#isHurried = false;
    try {
      for (const line of this.#lines.push(chunk)) {
        const message = checkMessage(JSON.parse(line));
        // A message before may have ended the host.
        if (this.end === undefined) this.#listener?.message(message);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.kill({ kind: 'died', message: `${this.name} sent what makes no sense (${why}) and was killed` });
    }
  }

  /** Its last words on stderr may still be on their way. */
  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    const conclude = (): void => {
      clearTimeout(timer);
      this.#conclude(this.#explain(code, signal));
      this.#channel.destroy();
    };
    const timer = setTimeout(conclude, LAST_WORDS_MS);
    this.#child.once('close', conclude);
  }

  #explain(code: number | null, signal: NodeJS.Signals | null): HostEnd {
    if (signal === 'SIGKILL') return { kind: 'died', message: `${this.name} was killed by SIGKILL` };
    if (looksLikeMemory(this.#stderr)) return { kind: 'memory', message: 'memory limit exceeded' };
    const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
    return { kind: 'died', message: `${this.name} ${how}` };
  }

  #conclude(end: HostEnd): void {
    if (this.#ending !== undefined) return;
    this.#ending = end;
    this.#listener?.ended(end);
  }
}

/**
 * How V8 and isolated-vm end a process for want of memory: an out-of-memory report, the fence that refuses memory, or
 * a command to an isolate that was disposed for its memory limit a moment before (`Assertion 'ptr'`).
 */
function looksLikeMemory(stderr: string): boolean {
  return /out of memory|is_heap_oom|Failed to reserve|bad_alloc|allocation failed|Assertion `(?:ptr|holder)'/i.test(
    stderr,
  );
}
