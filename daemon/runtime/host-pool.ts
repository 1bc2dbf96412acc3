import type { SessionKind } from '../../shared/ipc/host-messages.ts';
import type { RuntimeHost } from './runtime-host.ts';
import { keyOf } from './session-kind.ts';

/** Making a spare costs some 75 ms of processor time: not while the session that took the last one is starting. */
const REFILL_DELAY_MS = 150;
/** As long, before and after, where somebody waits for the first line of the first session, on a machine that starts much at once. */
const HURRY_MS = 1_000;
/** Spares that die unasked are replaced ever more slowly. */
const MAX_RETRY_MS = 30_000;

export type HostPoolParts = {
  /** How many spares there shall be. */
  size: number;
  make: () => RuntimeHost;
  /** Whether something runs that a new spare would slow down. */
  isBusy: () => boolean;
  /** Whether somebody waits for the first session already. */
  isHurried: boolean;
};

/** Hosts that are ready before they are needed, so that a new session need not wait for one. */
export class HostPool {
  readonly #size: number;
  readonly #make: () => RuntimeHost;
  readonly #isBusy: () => boolean;
  readonly #isHurried: boolean;
  readonly #spares = new Set<RuntimeHost>();
  readonly #ready = new WeakSet<RuntimeHost>();
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** When the first host was taken, on the clock of performance.now(). */
  #firstTaken: number | undefined;
  /** The kind of session that spares prepare for: the last one made that had libraries. */
  #kind: SessionKind | undefined;
  #closed = false;

  constructor({ size, make, isBusy, isHurried }: HostPoolParts) {
    this.#size = size;
    this.#make = make;
    this.#isBusy = isBusy;
    this.#isHurried = isHurried;
    this.#fill();
  }

  /** A host for a session of its own: a spare, best one that is prepared for the kind, or a new one. */
  take(kind: SessionKind): RuntimeHost {
    const key = keyOf(kind);
    const best = [...this.#spares].sort((a, b) => Number(b.primedFor === key) - Number(a.primedFor === key));
    for (const spare of best) {
      this.#spares.delete(spare);
      this.#firstTaken ??= performance.now();
      this.#refillIn(this.#pause());
      if (spare.isUsable) return spare;
    }
    return this.#make();
  }

  /** A session of this kind could be opened: the next one will be prepared for, unless all hosts are alike anyway. */
  expect(kind: SessionKind): void {
    if (kind.libraries.length > 0) this.#kind = kind;
  }

  /** A host has ended: a spare is replaced. */
  ended(host: RuntimeHost): void {
    if (!this.#spares.delete(host)) return;
    this.#failures++;
    this.#refillIn(Math.min(MAX_RETRY_MS, REFILL_DELAY_MS * 2 ** this.#failures));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#spares.clear();
  }

  /** Until the next spare may be started. */
  #pause(): number {
    if (!this.#isHurried) return REFILL_DELAY_MS;
    if (this.#firstTaken === undefined) return HURRY_MS;
    return Math.max(REFILL_DELAY_MS, this.#firstTaken + HURRY_MS - performance.now());
  }

  #refillIn(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#refill(ms); }, ms).unref(); // prettier-ignore
  }

  /** One at a time, and put off while something runs, but not for ever. */
  #refill(waited: number): void {
    if (this.#isBusy() && waited < 10 * REFILL_DELAY_MS) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => { this.#refill(waited + REFILL_DELAY_MS); }, REFILL_DELAY_MS).unref(); // prettier-ignore
      return;
    }
    this.#fill();
  }

  #prime(): void {
    const kind = this.#kind;
    if (kind === undefined) return;
    for (const spare of this.#spares) if (this.#ready.has(spare)) spare.prime(kind);
  }

  #fill(): void {
    this.#prime();
    if (this.#closed || this.#spares.size >= this.#size) return;
    const spare = this.#make();
    this.#spares.add(spare);
    spare.ready.then(
      () => {
        this.#failures = 0;
        this.#ready.add(spare);
        // Not at once: after its own start the daemon is about to be asked for something.
        if (this.#spares.size < this.#size) this.#refillIn(this.#pause());
        else this.#prime();
      },
      () => undefined,
    );
  }
}
