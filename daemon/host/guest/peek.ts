import { list, push, type List } from './list.ts';

/**
 * Asks the inspector, through the host, for what JavaScript cannot see: the state of a promise, the entries that an
 * iterator has left, the names beside the indices of a huge array. The answer is there when the call returns; nothing
 * of the guest runs in between. It costs about a third of a millisecond, so it is asked for such values only.
 */
export type PeekKind = 'promise' | 'entries' | 'names';

/** Shared with the host by the inspector's reference to it; without a prototype, so that nothing can be slipped in. */
type Holder = {
  value: unknown;
  /** What the host found: see `daemon/host` for the shape of each kind. */
  answer: unknown;
};

export type PeekHost = {
  /** Starts asking. False: not possible now. Blocks this thread for a moment. */
  begin(kind: PeekKind): boolean;
  /** False: there is nothing more to wait for. Blocks this thread for a moment. */
  proceed(): boolean;
};

export const peekHolder: Holder = { __proto__: null, value: undefined, answer: undefined } as unknown as Holder;

let host: PeekHost | undefined;

/** A value with thousands of promises is not worth seconds of asking; the rest prints as unknown. */
const MAX_PEEKS = 200;
let peeksLeft = MAX_PEEKS;

export function connectPeek(connected: PeekHost): void {
  host = connected;
}

/** Each text that is printed may ask anew. */
export function resetPeeks(): void {
  peeksLeft = MAX_PEEKS;
}

function ask(kind: PeekKind, value: object): unknown {
  if (host === undefined || peeksLeft-- <= 0) return undefined;
  peekHolder.value = value;
  peekHolder.answer = undefined;
  try {
    // Between two calls the loop's end lets V8 run what the inspector was asked.
    for (let more = host.begin(kind); more;) more = host.proceed();
    return peekHolder.answer;
  } catch {
    return undefined;
  } finally {
    peekHolder.value = peekHolder.answer = undefined;
  }
}

export type PromiseDetails = { state: 'pending' | 'fulfilled' | 'rejected'; result: unknown };

/** undefined: not a promise, or not to be known. */
export function peekPromise(value: object): PromiseDetails | undefined {
  return ask('promise', value) as PromiseDetails | undefined;
}

export type EntriesDetails = { keyed: boolean; entries: List<unknown> };

/** What an iterator of a Map or Set has left, or what a weak collection holds; keyed: key, value, key, value … */
export function peekEntries(value: object): EntriesDetails | undefined {
  const answer = ask('entries', value) as ArrayLike<{ key?: unknown; value: unknown }> | undefined;
  if (answer === undefined) return undefined;
  const entries = list<unknown>();
  let keyed = false;
  for (let i = 0; i < answer.length; i++) {
    const entry = answer[i] as { key?: unknown; value: unknown };
    if ('key' in entry) {
      keyed = true;
      push(entries, entry.key);
    }
    push(entries, entry.value);
  }
  return { keyed, entries };
}

/** The enumerable names of an array that are no indices. */
export function peekNames(value: object): ArrayLike<string> | undefined {
  return ask('names', value) as ArrayLike<string> | undefined;
}
