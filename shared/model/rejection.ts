import type { EventPayload } from './event.ts';

/** Whether an `exception` is a promise's that nobody handles; else it was thrown. Older events do not say where from. */
export function isRejection({ unhandled, origin }: EventPayload): boolean {
  return unhandled === true && origin !== 'uncaughtException';
}
