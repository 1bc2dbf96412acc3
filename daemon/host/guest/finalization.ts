import { defineHidden } from './define.ts';
import { construct, TypeErrorCtor } from './primordials.ts';
import { cancellations, setImmediate } from './timers.ts';

type Cleanup = (held: unknown) => void;

const Native = FinalizationRegistry;

/**
 * The language's own class, whose callbacks wait for a turn of the timers: V8 would call them whenever the isolate does
 * something, outside of all limits, and the next one as soon as one was interrupted. Those of registries that were there
 * when all calls were cancelled do not come.
 */
function Registry(this: unknown, cleanup: unknown): object {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- a function may be called without new
  if (new.target === undefined) throw new TypeErrorCtor("Constructor FinalizationRegistry requires 'new'");
  if (typeof cleanup !== 'function') throw new TypeErrorCtor('FinalizationRegistry: cleanup must be callable');
  const made = cancellations();
  const inTurn: Cleanup = (held) => {
    if (cancellations() === made) setImmediate(cleanup, held);
  };
  return construct(Native, [inTurn], new.target) as object;
}

/** For the bootstrap: from then on the guest finds no other. */
export function installFinalization(): void {
  const own = { __proto__: null, writable: false, enumerable: false, configurable: false };
  const { prototype } = Native;
  Object.defineProperty(Registry, 'prototype', { ...own, value: prototype } as PropertyDescriptor);
  Object.defineProperty(Registry, 'name', { ...own, configurable: true, value: 'FinalizationRegistry' } as PropertyDescriptor); // prettier-ignore
  defineHidden(prototype, 'constructor', Registry);
  defineHidden(globalThis, 'FinalizationRegistry', Registry);
}
