import { renameFunctions } from './define.ts';
import { callHost } from './host-calls.ts';
import { formatArguments } from './inspect/format.ts';
import { inspect } from './inspect/inspect.ts';
import * as types from './inspect/types.ts';
import { natives } from './natives.ts';
import { peekPromise, resetPeeks } from './peek.ts';
import { errorIsError, typedArrayTag } from './primordials.ts';
import { process } from './process.ts';
import { callHostLater } from './timers.ts';

renameFunctions({ inspect });

/** A brand check, which only the inspector can do without calling anything of the value's. */
function isPromise(value: unknown): boolean {
  if (!types.mayBePromise(value)) return false;
  resetPeeks();
  return peekPromise(value as object) !== undefined;
}

/**
 * What `daemon/host/built-ins` uses of this script. Guest code may get hold of all of it: it must give nothing that
 * plain JavaScript could not do to its own session.
 */
export const builtInTools = {
  callHost,
  callHostLater,
  formatArguments,
  inspect,
  isNativeError: (value: unknown): boolean => errorIsError(value),
  isPromise,
  isProxy: (value: unknown): boolean => natives.isProxy(value),
  process,
  typedArrayTag: typedArrayTag as (value: unknown) => string | undefined,
  types,
};
export type BuiltInTools = typeof builtInTools;
