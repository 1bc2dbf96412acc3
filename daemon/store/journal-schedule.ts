/** How long an operation waits for others when nobody waits for it; short beside what a person notices. */
const GATHER_MS = 5;

/** How often the disk is asked again after it refused; each try costs a few milliseconds at most. */
const RETRY_MS = 1000;

type Planned = 'later' | 'soon' | 'retry';

/** When the next commit is made. A nearer plan replaces a farther one. */
export class JournalSchedule {
  readonly #commit: () => void;
  #planned: Planned | undefined;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** When the oldest operation came that waits, on the clock of performance.now(). */
  #waitingSince: number | undefined;

  constructor(commit: () => void) {
    this.#commit = commit;
  }

  /** After a while, so that others can join. */
  later(): void {
    this.#waitingSince ??= performance.now();
    if (this.#planned === 'soon' || this.#planned === 'later') return;
    this.cancel();
    this.#planned = 'later';
    this.#timer = setTimeout(this.#runLater, GATHER_MS);
  }

  /** Nothing waits any more. The timer stays, for what comes next: a new one for each execution would cost more. */
  rest(): void {
    this.#waitingSince = undefined;
  }

  /** When this turn of the event loop has ended: what arrives in one turn shares a commit. */
  soon(): void {
    if (this.#planned === 'soon') return;
    this.cancel();
    this.#planned = 'soon';
    this.#immediate = setImmediate(this.#run);
  }

  /** When the disk may have recovered. Does not keep the process alive. */
  retry(): void {
    if (this.#planned !== undefined) return;
    this.#planned = 'retry';
    this.#timer = setTimeout(this.#run, RETRY_MS).unref();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#planned = undefined;
  }

  /** What came after the timer was set waits its full time: an execution begins and ends in it, and is one insert. */
  readonly #runLater = (): void => {
    if (this.#waitingSince === undefined) {
      this.#planned = undefined;
      return;
    }
    const left = GATHER_MS - (performance.now() - this.#waitingSince);
    if (left < 1) this.#run();
    else this.#timer = setTimeout(this.#runLater, left);
  };

  readonly #run = (): void => {
    this.#planned = undefined;
    this.#commit();
  };
}
