import { describeThrown } from './describe-thrown.ts';
import { sendLine } from './host-link.ts';
import { jsonStringify } from './primordials.ts';

/** An error that nobody has caught, from a timer, a listener or a microtask: an event, and the session goes on. */
export function reportUncaught(thrown: unknown): void {
  const { message, name, stack } = describeThrown(thrown);
  // Own properties only, and text only: no toJSON of the guest's has a say.
  const payload = { __proto__: null, message, name, stack, unhandled: true, origin: 'uncaughtException' };
  sendLine('exception', jsonStringify(payload));
}
