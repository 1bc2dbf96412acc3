import { defineHidden } from './define.ts';
import { apply, min, PromiseCtor, promiseThen } from './primordials.ts';
import { cancellations, setImmediate, setTimeout } from './timers.ts';

type Native = (source: unknown, second: unknown, third: unknown) => Promise<unknown>;

const NAMES = ['compile', 'instantiate', 'compileStreaming', 'instantiateStreaming'] as const;

/** Small modules are compiled by the first look, and large ones take seconds. */
const FIRST_LOOK_MS = 1;
const MAX_LOOK_MS = 16;

/**
 * To be called before any code of the guest's, in each context: V8 leaves WebAssembly out of snapshots. Its promises are
 * settled in a turn of the timers. V8 would do it when something or other is done in the isolate, which may be never, and
 * outside of all limits; and what the guest does then may be a loop.
 */
export function installWebAssembly(): void {
  const { WebAssembly: target } = globalThis as { WebAssembly?: Record<string, unknown> };
  if (target === undefined) return;
  for (let i = 0; i < NAMES.length; i++) {
    const name = NAMES[i] as string;
    const native = target[name];
    if (typeof native === 'function') defineHidden(target, name, settlingInTurn(name, native as Native));
  }
}

function settlingInTurn(name: string, native: Native): Native {
  const named = {
    // As long as the language's own: one parameter that has to be there.
    [name](source: unknown, second: unknown = undefined, third: unknown = undefined): Promise<unknown> {
      const compiling = apply(native, this, [source, second, third]);
      return new PromiseCtor((resolve, reject) => {
        const made = cancellations();
        let isOver = false;
        const inTurn = (settle: (given: unknown) => void) => (given: unknown) => {
          isOver = true;
          if (cancellations() === made) setImmediate(settle, given);
        };
        void promiseThen(compiling, inTurn(resolve), inTurn(reject));
        lookUntil(() => isOver, FIRST_LOOK_MS);
      });
    },
  };
  return named[name] as Native;
}

/** The turn itself has V8 hand over what it has compiled. */
function lookUntil(isOver: () => boolean, ms: number): void {
  setTimeout(() => {
    if (!isOver()) lookUntil(isOver, min(2 * ms, MAX_LOOK_MS));
  }, ms);
}
