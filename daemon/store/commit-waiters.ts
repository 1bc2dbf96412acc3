type Waiter = {
  /** Everything up to this operation must be committed, counted since the start. */
  readonly position: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** Those who wait for a commit. Who asks at the same position shares one promise. */
export class CommitWaiters {
  /** Operations committed since the start. */
  #committed = 0;
  #waiters: Waiter[] = [];

  /** Resolves when `ahead` more operations are committed. */
  wait(ahead: number): Promise<void> {
    const position = this.#committed + ahead;
    const last = this.#waiters.at(-1);
    if (last?.position === position) return last.promise;
    const waiter = { position, ...Promise.withResolvers<undefined>() };
    this.#waiters.push({
      ...waiter,
      resolve: () => {
        waiter.resolve(undefined);
      },
    });
    return waiter.promise;
  }

  /** `count` more operations are committed. */
  advance(count: number): void {
    this.#committed += count;
    let done = 0;
    for (const { position, resolve } of this.#waiters) {
      if (position > this.#committed) break;
      resolve();
      done++;
    }
    if (done > 0) this.#waiters.splice(0, done);
  }

  rejectAll(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}
