import { inspectValue } from './inspect/inspect.ts';
import { isError } from './inspect/types.ts';
import { StringCtor, stringIndexOf, stringSlice } from './primordials.ts';
import { cut } from './text.ts';

/** Longest message and stack; the rest is cut, so that an exception can always be reported. */
const MAX_TEXT = 16_384;

/** What was thrown, as people read it: `name` and `stack` only for errors. */
export type ThrownValue = { message: string; name?: string; stack?: string };

/** Runs getters of the guest, if the value has any: only for use under the limits of an execution. */
export function describeThrown(thrown: unknown): ThrownValue {
  try {
    if (isError(thrown)) return describeError(thrown as { name?: unknown; message?: unknown; stack?: unknown });
    return { message: cut(`Uncaught ${inspectValue(thrown)}`, MAX_TEXT) };
  } catch {
    return { message: 'Uncaught [object]' };
  }
}

function describeError(error: { name?: unknown; message?: unknown; stack?: unknown }): ThrownValue {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  const frames = stringIndexOf(stack, '\n    at ');
  const header = frames < 0 ? stack : stringSlice(stack, 0, frames);
  const name = cut(StringCtor(error.name), MAX_TEXT);
  const message = cut(header === '' ? `${name}: ${StringCtor(error.message)}` : header, MAX_TEXT);
  return { name, message, stack: cut(stack === '' ? message : stack, MAX_TEXT) };
}
