import type ivm from 'isolated-vm';

/** How an isolate came to rest: `terminated` when it was interrupted, `gone` when it is disposed. */
export type Rest = { state: 'idle' } | Restless;

export type Restless = { state: 'terminated' } | { state: 'gone' } | { state: 'rejected'; reason: unknown };

/** What it means that a task of the isolate failed with `reason`. */
export function restless(isolate: ivm.Isolate, reason: unknown): Restless {
  if (isolate.isDisposed) return { state: 'gone' };
  // An unhandled rejection comes as what it was rejected with; an interrupted pump as null.
  return reason === null ? { state: 'terminated' } : { state: 'rejected', reason };
}
