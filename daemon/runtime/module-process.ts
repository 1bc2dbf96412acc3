import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { MAX_CALL_CHARS, type FromModules, type ModulePolicy, type ToModules } from '../../shared/ipc/call-messages.ts';
import { LineSplitter } from '../../shared/ipc/line-splitter.ts';
import { killLeftBy } from '../modules/exec/marked-processes.ts';
import { moduleCommand } from './module-command.ts';

const CHANNEL_FD = 3;
/** A reply's text is escaped once more in its line. */
const MAX_LINE_CHARS = 2 * MAX_CALL_CHARS + 1024 * 1024;
const MAX_STDERR_CHARS = 4096;
/** How long it may take to end what it has begun, once its channel is closed. */
const END_MS = 1000;
/** For glibc, as for hosts: nothing of the daemon's own environment. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '65536' };

/** The process that does what a session's guest asks of host modules, within the template's policy. */
export class ModuleProcess {
  /** Resolves when the process is reaped. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #lines = new LineSplitter(MAX_LINE_CHARS);
  #stderr = '';

  /** @param onEnd called once, with what it wrote to stderr last */
  constructor(policy: ModulePolicy, receive: (message: FromModules) => void, onEnd: (stderr: string) => void) {
    const { file, args } = moduleCommand(policy);
    const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn(file, args, { env: ENVIRONMENT, cwd: '/', stdio: [...stdio], detached: true });
    this.#channel = this.#child.stdio[CHANNEL_FD] as Duplex;
    const ended = Promise.withResolvers<undefined>();
    this.exited = ended.promise;
    const end = (): void => {
      // It may have been killed while programs ran.
      if (policy.modules.includes('exec') && this.#child.pid !== undefined) killLeftBy(this.#child.pid);
      onEnd(this.#stderr);
      ended.resolve(undefined);
    };
    this.#child.once('close', end);
    this.#child.once('error', (error) => {
      this.#stderr += error.message;
      if (this.#child.pid === undefined) end();
    });
    this.#channel.setEncoding('utf8');
    // Broken pipes are noticed as the end of the process.
    this.#channel.on('error', () => undefined);
    this.#channel.on('data', (chunk: string) => {
      for (const line of this.#lines.push(chunk)) receive(JSON.parse(line) as FromModules);
    });
    this.#child.stderr?.setEncoding('utf8');
    this.#child.stderr?.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARS);
    });
    this.send({ t: 'policy', policy });
  }

  /** Whether it is gone, though its last words may still be on their way. */
  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  send(message: ToModules): void {
    this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  /** Lets it end what it has begun, and kills it when it does not. */
  close(): void {
    this.#channel.end();
    const timer = setTimeout(() => { this.kill(); }, END_MS); // prettier-ignore
    void this.exited.then(() => {
      clearTimeout(timer);
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
