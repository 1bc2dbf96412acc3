import type { GuestIsolate } from './guest-isolate.ts';
import { argumentOf, type RemoteObject } from './inspector.ts';
import { mentionsUnderscore } from './repl-input.ts';

/** The inspector keeps the objects of a run under this name until the next run begins. */
export const RUN_GROUP = 'run';
const MAX_REMEMBERED_CHARS = 100_000;

/**
 * `_` and `_error`: the last result and the last exception. They are handed to the guest only once some code of the
 * session has mentioned them, so that a plain round trip pays nothing.
 */
export class LastValues {
  #wanted = false;
  #holdsObjects = false;
  /**
   * Before there is a last exception, `_error` is undefined, as in Node. `_` is not there before there is a result: a
   * session that should have lodash and does not have it says that `_` is not defined.
   */
  readonly #fresh = new Map<'_' | '_error', RemoteObject>([['_error', { type: 'undefined' }]]);

  set(name: '_' | '_error', value: RemoteObject): void {
    this.#fresh.set(name, isLong(value) ? { type: 'undefined' } : value);
    this.#holdsObjects ||= value.objectId !== undefined;
  }

  /** Whether there are objects that the next run lets go. */
  get holdsObjects(): boolean {
    return this.#holdsObjects;
  }

  /** What the guest has to be told before code runs that may ask for it: arguments of its tool `remember`. */
  takeFor(source: string): object[][] {
    this.#wanted ||= mentionsUnderscore(source);
    if (!this.#wanted) return [];
    const told = [...this.#fresh].map(([name, value]) => [{ value: name }, argumentOf(value)]);
    this.#fresh.clear();
    return told;
  }

  /** The objects of the run before are not needed any more. */
  release(guest: GuestIsolate): void {
    if (this.#holdsObjects) guest.inspector.tell('Runtime.releaseObjectGroup', { objectGroup: RUN_GROUP });
    this.#holdsObjects = false;
    for (const [name, value] of this.#fresh) if (value.objectId !== undefined) this.#fresh.delete(name);
  }
}

/** A long text has come to us by value, and is not worth the way back. */
function isLong({ value }: RemoteObject): boolean {
  return typeof value === 'string' && value.length > MAX_REMEMBERED_CHARS;
}
