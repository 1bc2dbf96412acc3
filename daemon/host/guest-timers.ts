import type { TurnEnd } from './guest-turns.ts';

/** Node's own timers go no further; the guest is then asked again. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/** Wakes the guest when its timers are due. How a turn is run, and under which limits, is for the session to say. */
export class GuestTimers {
  readonly #runTurn: () => Promise<TurnEnd>;
  #timer: NodeJS.Timeout | undefined;
  #isInTurn = false;
  #isOver = false;
  /** A turn is wanted at once, whatever the guest has asked for. */
  #isHurried = false;

  constructor(runTurn: () => Promise<TurnEnd>) {
    this.#runTurn = runTurn;
  }

  /** Whether something waits to be called. */
  get isPending(): boolean {
    return this.#timer !== undefined || this.#isInTurn;
  }

  /** The next turn is due after so many milliseconds; below zero: there is none. */
  wake(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if ((ms < 0 && !this.#isHurried) || this.#isOver) return;
    const delay = this.#isHurried ? 0 : Math.min(ms, MAX_WAIT_MS);
    this.#timer = setTimeout(() => { void this.#turn(); }, delay); // prettier-ignore
  }

  /** Something has come that the guest waits for: a turn as soon as may be. */
  hurry(): void {
    this.#isHurried = true;
    if (!this.#isInTurn) this.wake(0);
  }

  dispose(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #turn(): Promise<void> {
    this.#timer = undefined;
    // The end of a turn says when the next one is due.
    if (this.#isInTurn || this.#isOver) return;
    this.#isInTurn = true;
    this.#isHurried = false;
    const turn = await this.#runTurn();
    this.#isInTurn = false;
    if (turn.state === 'idle') this.wake(turn.next);
  }
}
