import {
  MAX_CALL_CHARS,
  MAX_CALLS,
  type CallReply,
  type CallResult,
  type FromModules,
  type HostCall,
  type ModulePolicy,
} from '../../shared/ipc/call-messages.ts';
import type { CallOwner } from './call-owner.ts';
import { ModuleProcess } from './module-process.ts';

/** A call that was cancelled is answered within this time, or the process that does it is given up. */
const CANCEL_MS = 2000;

type Answer = (reply: CallReply, events: number) => void;
type Pending = {
  module: string;
  owner: CallOwner;
  answer: Answer;
  events: number;
  timer: NodeJS.Timeout | undefined;
  /** The call, while it waits for the end of a process that is gone to be known: it is for the next one. */
  isForNext: HostCall | undefined;
};

/** What a session's guest asks of host modules. Its module process starts with the first call. */
export class SessionCalls {
  /** With what the session has used of its quota: its next process goes on from there. */
  #policy: ModulePolicy;
  readonly #onStderr: (text: string) => void;
  readonly #pending = new Map<number, Pending>();
  #process: ModuleProcess | undefined;
  #isClosed = false;

  constructor(policy: ModulePolicy, onStderr: (text: string) => void) {
    this.#policy = policy;
    this.#onStderr = onStderr;
  }

  /** Throws RangeError or TypeError for what a host would not send by itself. */
  call(call: HostCall, owner: CallOwner, answer: Answer): void {
    if (this.#pending.size >= MAX_CALLS) throw new RangeError('more calls than allowed');
    if (this.#pending.has(call.id)) throw new TypeError('a call that goes on already');
    if (call.args.length > MAX_CALL_CHARS) throw new RangeError('a call with more than allowed');
    if (this.#isClosed) return;
    if (owner.isFull) {
      answer({ id: call.id, text: failure('the execution may make no more events') }, Number.MAX_SAFE_INTEGER);
      return;
    }
    const isForNext = this.#process?.hasExited === true ? call : undefined;
    this.#pending.set(call.id, { module: call.module, owner, answer, events: 0, timer: undefined, isForNext });
    if (isForNext === undefined) this.#send(call);
  }

  cancel(ids: readonly number[]): void {
    for (const id of ids) {
      const pending = this.#pending.get(id);
      if (pending === undefined || pending.timer !== undefined) continue;
      this.#process?.send({ t: 'cancel', id });
      pending.timer = setTimeout(() => { this.#process?.kill(); }, CANCEL_MS); // prettier-ignore
    }
  }

  /** The session ends. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const process = this.#process;
    process?.close();
    await process?.exited;
  }

  #send(call: HostCall): void {
    (this.#process ??= this.#start()).send({ t: 'call', call });
  }

  #start(): ModuleProcess {
    const process: ModuleProcess = new ModuleProcess(
      this.#policy,
      (message) => { this.#receive(message); }, // prettier-ignore
      (stderr) => { this.#ended(process, stderr); }, // prettier-ignore
    );
    return process;
  }

  #receive(message: FromModules): void {
    if (message.t === 'quota') {
      this.#setUsed(message.used);
      return;
    }
    const id = message.t === 'use' ? message.id : message.reply.id;
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (message.t === 'use') {
      pending.events++;
      pending.owner.note(message.use, pending.timer !== undefined);
    } else {
      this.#settle(id, pending, message.reply.text);
    }
  }

  /** The next call starts another one. */
  #ended(process: ModuleProcess, stderr: string): void {
    if (this.#process === process) this.#process = undefined;
    if (!this.#isClosed) this.#onStderr(stderr);
    const begun = [...this.#pending].filter(([, { isForNext }]) => isForNext === undefined);
    // How far it got with a file, nobody knows.
    if (begun.some(([, { module }]) => module === 'fs')) this.#setUsed(this.#policy.fs.quota_bytes ?? 0);
    for (const [id, pending] of begun) {
      this.#settle(id, pending, failure('the process that does the calls of host modules has ended'));
    }
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    if (this.#isClosed) return;
    for (const pending of this.#pending.values()) {
      const call = pending.isForNext;
      pending.isForNext = undefined;
      if (call !== undefined) this.#send(call);
    }
  }

  #setUsed(quota_used: number): void {
    this.#policy = { ...this.#policy, fs: { ...this.#policy.fs, quota_used } };
  }

  #settle(id: number, pending: Pending, text: string): void {
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (!this.#isClosed) pending.answer({ id, text }, pending.events);
  }
}

function failure(message: string): string {
  const result: CallResult = { error: { name: 'Error', code: 'ERR_HOST_MODULE', message } };
  return JSON.stringify(result);
}
