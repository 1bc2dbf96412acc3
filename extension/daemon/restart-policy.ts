/** Waits before the first, second, … attempt: the first at once, as most daemons that were killed start again well. */
const DELAYS_MS = [0, 250, 1_000, 2_000, 4_000];

/** The daemon is given up after as many ends within this time: vscode-languageclient's own rule. */
const WINDOW_MS = 3 * 60_000;

/** How often, and how soon, a daemon that ends unexpectedly is started again. */
export class RestartPolicy {
  readonly #now: () => number;
  #ends: number[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Milliseconds to wait before it is started again; undefined when it has ended too often. */
  next(): number | undefined {
    const now = this.#now();
    this.#ends = [...this.#ends.filter((time) => now - time < WINDOW_MS), now];
    return DELAYS_MS[this.#ends.length - 1];
  }

  /** The user wants another attempt: what was before does not count any more. */
  reset(): void {
    this.#ends = [];
  }
}
