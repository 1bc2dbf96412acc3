import { MAX_CALL_CHARS, MAX_CALLS, type CallResult, type HostCall } from '../../shared/ipc/call-messages.ts';

/** What the session does for its guest's calls. */
export type CallPort = {
  /** Hands a call to the daemon, after everything that the guest has said before. */
  send(call: HostCall): void;
  /** The daemon is to stop these; their replies are of no interest any more. */
  cancel(ids: number[]): void;
  /** A reply has come for a call that the guest does not wait for: it wants a turn. */
  wake(): void;
};

type Pending = { resolve: (text: string | undefined) => void } | { ticket: number };

/** The guest's calls of host modules on their way to the daemon and back. Nothing is looked into here. */
export class HostCalls {
  #port: CallPort | undefined;
  readonly #pending = new Map<number, Pending>();
  /** More than may be under way at once. */
  readonly #queue: HostCall[] = [];
  #replies: string[] = [];
  #lastId = 0;
  #isStopped = false;

  /** The isolate is a session's from now on. */
  attach(port: CallPort): void {
    this.#port = port;
  }

  /** The guest waits for what this resolves with. Undefined: it is being stopped. */
  now(module: unknown, name: unknown, args: unknown): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#begin({ resolve }, [module, name, args]);
    });
  }

  /** The guest goes on, and asks for the reply in a later turn. */
  soon(ticket: unknown, ...call: [module: unknown, name: unknown, args: unknown]): void {
    if (typeof ticket === 'number') this.#begin({ ticket }, call);
  }

  takeReply(): string | undefined {
    return this.#replies.shift();
  }

  get hasReplies(): boolean {
    return this.#replies.length > 0;
  }

  receive(id: number, text: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    const next = this.#queue.shift();
    if (next !== undefined) this.#port?.send(next);
    this.#settle(pending, text);
  }

  /** An execution begins, or what was stopped has come to rest. */
  start(): void {
    this.#isStopped = false;
  }

  /** For a guest that is being interrupted: nobody waits any more, and what is asked for meanwhile is not begun. */
  stop(): void {
    this.#isStopped = true;
    const queued = new Set(this.#queue.splice(0).map(({ id }) => id));
    const sent = [...this.#pending.keys()].filter((id) => !queued.has(id));
    if (sent.length > 0) this.#port?.cancel(sent);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of pending) this.#settle(each, undefined);
  }

  #begin(pending: Pending, [module, name, args]: unknown[]): void {
    if (this.#isStopped || this.#port === undefined) {
      this.#settle(pending, undefined);
    } else if (typeof module !== 'string' || typeof name !== 'string' || typeof args !== 'string') {
      this.#settle(pending, failure('ERR_INVALID_ARG_TYPE', 'A call of a host module is made of texts'));
    } else if (module.length + name.length > 1000 || JSON.stringify(args).length > MAX_CALL_CHARS) {
      this.#settle(
        pending,
        failure('ERR_OUT_OF_RANGE', 'The arguments of one call are larger than a host module takes'),
      );
    } else {
      const call: HostCall = { id: ++this.#lastId, module, name, args };
      if (this.#pending.size >= MAX_CALLS) this.#queue.push(call);
      else this.#port.send(call);
      this.#pending.set(call.id, pending);
    }
  }

  #settle(pending: Pending, text: string | undefined): void {
    if ('resolve' in pending) {
      pending.resolve(text);
      return;
    }
    // Without a text the guest only learns that it need not wait.
    this.#replies.push(`${pending.ticket} ${text ?? ''}`);
    this.#port?.wake();
  }
}

function failure(code: string, message: string): string {
  const result: CallResult = { error: { name: 'RangeError', code, message } };
  return JSON.stringify(result);
}
