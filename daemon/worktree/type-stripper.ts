import { Worker } from 'node:worker_threads';
import type { ModuleFailure } from '../../shared/ipc/module-messages.ts';
import { moduleFailure } from './module-failure.ts';

/** Removes types, keeping every position; `shown` names the file in a failure. */
export type StripTypes = (source: string, shown: string) => Promise<{ source: string } | { failure: ModuleFailure }>;

/** Beyond this a TypeScript file was surely generated; stripping needs some forty times its size in memory. */
const MAX_CHARS = 2 * 1024 * 1024;
/** Two mega-characters take a fifth of a second. */
const TIMEOUT_MS = 10_000;
/** The parser holds 20 MiB: a burst of files shares one, and an idle daemon has none. */
const IDLE_MS = 10_000;

/** Node's own stripper. In a thread: its parser is WebAssembly that never gives memory back, and the text is hostile. */
const WORKER = `
  const { parentPort } = require('node:worker_threads');
  const { stripTypeScriptTypes } = require('node:module');
  parentPort.on('message', ({ id, source }) => {
    try {
      parentPort.postMessage({ id, source: stripTypeScriptTypes(source, { mode: 'strip' }) });
    } catch (error) {
      // Node puts the place in front of the stack: ":LINE", the lines up to it, and marks below the column.
      const [, line, before] = /^:(\\d+)\\n[^]*?\\n( *)\\^+\\n/.exec(String(error.stack)) ?? [];
      const place = line === undefined ? '' : ':' + line + ':' + (before.length + 1);
      parentPort.postMessage({ id, code: String(error.code), place, message: String(error.message) });
    }
  });
`;

type Answer = { id: number; source: string } | { id: number; code: string; place: string; message: string };
type Pending = { resolve: (answer: Answer) => void; timer: NodeJS.Timeout };

/** Strips types off the daemon's main thread. */
export class TypeStripper {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  readonly #pending = new Map<number, Pending>();

  readonly strip: StripTypes = async (source, shown) => {
    if (source.length > MAX_CHARS) {
      return moduleFailure('ERR_LOAD_FAILED', `${shown} is too large for TypeScript (${source.length} characters)`);
    }
    const answer = await this.#ask(source);
    if ('source' in answer) return { source: answer.source };
    const isSyntax = answer.code === 'ERR_INVALID_TYPESCRIPT_SYNTAX';
    const code = isSyntax ? 'ERR_INVALID_TYPESCRIPT_SYNTAX' : 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX';
    return moduleFailure(code, `${shown}${answer.place}: ${answer.message}`);
  };

  /** Ends the thread; what it still worked on fails. Idempotent. */
  async dispose(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const id of [...this.#pending.keys()]) {
      this.#settle({ id, code: 'ERR_LOAD_FAILED', place: '', message: 'its types could not be stripped in time' });
    }
    await worker?.terminate();
  }

  #ask(source: string): Promise<Answer> {
    clearTimeout(this.#idle);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        void this.dispose();
      }, TIMEOUT_MS);
      this.#pending.set(id, { resolve, timer });
      this.#start().postMessage({ id, source });
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(WORKER, { eval: true, execArgv: ['--no-warnings'] });
    worker.unref();
    worker.on('message', (answer: Answer) => {
      this.#settle(answer);
    });
    const ended = (): void => {
      if (this.#worker === worker) void this.dispose();
    };
    worker.on('error', ended);
    worker.on('exit', ended);
    this.#worker = worker;
    return worker;
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    pending.resolve(answer);
    if (this.#pending.size > 0) return;
    this.#idle = setTimeout(() => {
      void this.dispose();
    }, IDLE_MS).unref();
  }
}
