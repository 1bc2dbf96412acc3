import type { GuestIsolate } from './guest-isolate.ts';
import type { RemoteObject } from './inspector.ts';
import { mentionsUnderscore } from './repl-input.ts';

/** The inspector keeps the objects of a run under this name until the next run begins. */
export const RUN_GROUP = 'run';

/**
 * `_` and `_error`: the last result and the last exception. They are handed to the guest only once some code of the
 * session has mentioned them, so that a plain round trip pays nothing.
 */
export class LastValues {
  #wanted = false;
  #holdsObjects = false;
  readonly #fresh = new Map<'_' | '_error', RemoteObject>();

  set(name: '_' | '_error', value: RemoteObject): void {
    this.#fresh.set(name, value);
    this.#holdsObjects ||= value.objectId !== undefined;
  }

  /** Called at the beginning of a run, before its code. */
  handOver(guest: GuestIsolate, source: string): void {
    this.#wanted ||= mentionsUnderscore(source);
    if (this.#wanted) {
      for (const [name, value] of this.#fresh) guest.tellTool('remember', [{ value: name }, argumentOf(value)]);
      this.#fresh.clear();
    }
    if (this.#holdsObjects) guest.inspector.tell('Runtime.releaseObjectGroup', { objectGroup: RUN_GROUP });
    this.#holdsObjects = false;
    // What nobody has asked for yet cannot be handed over once its object is released.
    for (const [name, value] of this.#fresh) if (value.objectId !== undefined) this.#fresh.delete(name);
  }
}

/** A value of the guest as an argument of a call in the guest. */
export function argumentOf({ objectId, unserializableValue, value }: RemoteObject): object {
  if (objectId !== undefined) return { objectId };
  return unserializableValue !== undefined ? { unserializableValue } : { value };
}
