import type ivm from 'isolated-vm';
import { restless, type Restless } from './rest.ts';

/** How a turn of the guest's timers ended: with the milliseconds until the next one (below zero: none), or otherwise. */
export type Turn = { state: 'idle'; next: number } | Restless;

/** A turn that is wholly over. */
export type TurnEnd = Extract<Turn, { state: 'idle' | 'gone' }>;

const CALLS = ['runDueTimers', 'endTurn', 'cancelAllCalls'] as const;
type Call = (typeof CALLS)[number];
type Calls = Record<Call, ivm.Reference<(isToBlame: boolean) => number>>;

export type TurnsParts = {
  isolate: ivm.Isolate;
  /** What the guest's script gave for us. */
  tools: ivm.Reference;
  onBegin: () => void;
  onRejected: (reason: unknown) => void;
};

/** The turns of a guest's timers, one at a time. */
export class GuestTurns {
  readonly #parts: TurnsParts;
  readonly #calls: Calls;
  #going: Promise<Turn> | undefined;

  constructor(parts: TurnsParts) {
    this.#parts = parts;
    const fetch = (name: Call): [Call, unknown] => [name, parts.tools.getSync(name, { reference: true })];
    // Fetched at the start: asking a busy isolate for anything would make this thread wait for it.
    this.#calls = Object.fromEntries(CALLS.map(fetch)) as Calls;
  }

  /** The turn that is going on: what the inspector is told meanwhile would run in the middle of it. */
  get going(): Promise<Turn> | undefined {
    return this.#going;
  }

  /** Calls the guest's timers that are due, as soon as nothing else runs in the isolate. */
  take(): Promise<Turn> {
    return this.#take('runDueTimers');
  }

  /**
   * After a turn that did not come to its own end: says when the next one is due.
   * @param isToBlame whether the call that was stopped must not come again
   */
  async end(isToBlame: boolean): Promise<TurnEnd> {
    for (;;) {
      const turn = await this.#take('endTurn', isToBlame);
      if (turn.state === 'idle' || turn.state === 'gone') return turn;
      if (turn.state === 'rejected') this.#parts.onRejected(turn.reason);
    }
  }

  /** Forgets all timers. */
  async cancelAll(): Promise<void> {
    for (let turn = await this.#take('cancelAllCalls'); turn.state === 'terminated';) {
      turn = await this.#take('cancelAllCalls');
    }
  }

  #take(name: Call, isToBlame = false): Promise<Turn> {
    this.#parts.onBegin();
    const going = this.#call(name, isToBlame);
    this.#going = going;
    void going.then(() => {
      if (this.#going === going) this.#going = undefined;
    });
    return going;
  }

  async #call(name: Call, isToBlame: boolean): Promise<Turn> {
    const { isolate } = this.#parts;
    if (isolate.isDisposed) return { state: 'gone' };
    try {
      const next: unknown = await this.#calls[name].apply(undefined, [isToBlame]);
      return { state: 'idle', next: typeof next === 'number' ? next : -1 };
    } catch (reason) {
      return restless(isolate, reason);
    }
  }
}
