/** How long an operation waits for others when nobody waits for it; short beside what a person notices. */
const GATHER_MS = 5;

/** How often the disk is asked again after it refused; each try costs a few milliseconds at most. */
const RETRY_MS = 1000;

/** When the next commit is made. A nearer plan replaces a farther one. */
export class JournalSchedule {
  readonly #commit: () => void;
  #gathering: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #retrying: NodeJS.Timeout | undefined;
  /** When the oldest operation came that waits, on the clock of performance.now(). */
  #waitingSince: number | undefined;

  constructor(commit: () => void) {
    this.#commit = commit;
  }

  /** After a while, so that others can join. */
  later(): void {
    this.#waitingSince ??= performance.now();
    if (this.#immediate !== undefined || this.#gathering !== undefined) return;
    this.cancel();
    this.#gathering = setTimeout(this.#runLater, GATHER_MS);
  }

  /** Nothing waits any more. The timer stays, for what comes next: a new one for each execution would cost more. */
  rest(): void {
    this.#waitingSince = undefined;
  }

  /** When this turn of the event loop has ended: what arrives in one turn shares a commit. */
  soon(): void {
    if (this.#immediate !== undefined) return;
    clearTimeout(this.#retrying);
    this.#retrying = undefined;
    this.#immediate = setImmediate(this.#runNow);
  }

  /** When the disk may have recovered. Does not keep the process alive. */
  retry(): void {
    if (this.#immediate !== undefined || this.#retrying !== undefined) return;
    this.cancel();
    this.#retrying = setTimeout(this.#runNow, RETRY_MS).unref();
  }

  cancel(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#retrying);
    clearImmediate(this.#immediate);
    this.#gathering = this.#retrying = undefined;
    this.#immediate = undefined;
  }

  /** What came after the timer was set waits its full time: an execution begins and ends in it, and is one insert. */
  readonly #runLater = (): void => {
    this.#gathering = undefined;
    if (this.#waitingSince === undefined) return;
    const left = GATHER_MS - (performance.now() - this.#waitingSince);
    if (left < 1) this.#commit();
    else this.#gathering = setTimeout(this.#runLater, left);
  };

  readonly #runNow = (): void => {
    this.#immediate = undefined;
    this.#retrying = undefined;
    this.#commit();
  };
}
