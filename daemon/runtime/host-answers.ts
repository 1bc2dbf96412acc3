/** How long an isolate may take to be made or disposed: a few milliseconds, and a busy machine's share. */
const ANSWER_MS = 10_000;

type Waiting = { resolve: () => void; reject: (error: Error) => void; since: number };

/** What a host was asked for and has not answered yet, by name. */
export class HostAnswers {
  readonly #waiting = new Map<string, Waiting>();

  get areComplete(): boolean {
    return this.#waiting.size === 0;
  }

  /** Rejects when the host refuses, or ends. */
  wait(what: string): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(what, { resolve, reject, since: performance.now() }));
  }

  /** Throws TypeError when nobody waits for it. */
  settle(what: string, failure?: string): void {
    const waiting = this.#waiting.get(what);
    if (waiting === undefined) throw new TypeError(`an answer that nobody asked for: ${what.slice(0, 60)}`);
    this.#waiting.delete(what);
    if (failure === undefined) waiting.resolve();
    else waiting.reject(new Error(failure));
  }

  /** Something that should have been answered by now. */
  overdue(now: number): string | undefined {
    for (const [what, { since }] of this.#waiting) if (now - since > ANSWER_MS) return what;
    return undefined;
  }

  /** Nobody listened for so many milliseconds. */
  excuse(ms: number): void {
    for (const waiting of this.#waiting.values()) waiting.since += ms;
  }

  /** There will be no answers any more. */
  rejectAll(reason: string, stderr: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason, { cause: stderr }));
    this.#waiting.clear();
  }
}
