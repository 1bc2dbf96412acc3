/**
 * Runs `work` when the oldest of what waits has waited for `ms`. The timer stays when nothing waits any more, for what comes
 * next: a new one for each execution would cost more.
 */
export class WaitingTimer {
  readonly #ms: number;
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** When the oldest came that waits, on the clock of performance.now(). */
  #since: number | undefined;

  constructor(ms: number, work: () => void) {
    this.#ms = ms;
    this.#work = work;
  }

  /** Something waits. */
  start(): void {
    this.#since ??= performance.now();
    this.#timer ??= setTimeout(this.#strike, this.#ms);
  }

  /** Nothing waits any more. */
  rest(): void {
    this.#since = undefined;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
  }

  /** What came after the timer was set waits its full time. */
  readonly #strike = (): void => {
    this.#timer = undefined;
    if (this.#since === undefined) return;
    const left = this.#ms - (performance.now() - this.#since);
    if (left < 1) this.#work();
    else this.#timer = setTimeout(this.#strike, left);
  };
}
