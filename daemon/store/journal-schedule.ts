import { WaitingTimer } from './waiting-timer.ts';

/** How often the disk is asked again after it refused; each try costs a few milliseconds at most. */
const RETRY_MS = 1000;

/** When the next commit is made, or what is committed is filed. A nearer plan replaces a farther one. */
export class JournalSchedule {
  readonly #commit: () => void;
  readonly #gathering: WaitingTimer;
  #immediate: NodeJS.Immediate | undefined;
  #retrying: NodeJS.Timeout | undefined;

  /** @param gatherMs how long what comes waits for others */
  constructor(gatherMs: number, commit: () => void) {
    this.#commit = commit;
    this.#gathering = new WaitingTimer(gatherMs, commit);
  }

  /** After a while, so that others can join. */
  later(): void {
    this.#gathering.start();
  }

  /** Nothing waits any more. */
  rest(): void {
    this.#gathering.rest();
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
    this.#gathering.cancel();
    clearTimeout(this.#retrying);
    clearImmediate(this.#immediate);
    this.#retrying = undefined;
    this.#immediate = undefined;
  }

  readonly #runNow = (): void => {
    this.#immediate = undefined;
    this.#retrying = undefined;
    this.#commit();
  };
}
