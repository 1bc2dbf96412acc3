import type { Inspect } from './inspect.ts';

/** What the host calls in the guest, through the inspector and under the run's limits. */
export type Tools = {
  /**
   * Preview and JSON of a value, as JSON text: `{preview, json?}`; `json` is text again. `inside` is what only the
   * inspector knows: `['proxy', target]`, or the state and result of a promise.
   */
  describe(value: unknown, maxJsonChars: number, ...inside: [] | [kind: string, of: unknown]): string;
  /** Makes `_` or `_error` give `value`, unless the guest has defined that name itself. */
  remember(name: '_' | '_error', value: unknown): void;
  /** Sets globals for the time of a run, and undoes that. */
  lendGlobals(values: Record<string, unknown>): void;
  returnGlobals(): void;
  removeConsole(): void;
  /** What globalThis had before any code of the guest ran, as one text. */
  builtInNames(): string;
};

/** Sent to the guest as text. */
export function makeTools(inspect: Inspect): Tools {
  const { stringify } = JSON;
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const remembered = new Map<string, { value: unknown; get: () => unknown }>();
  const builtIns = Object.getOwnPropertyNames(globalThis).join(' ');
  let lent: [string, PropertyDescriptor | undefined][] = [];
  // Their JSON would be {} or a list of bytes: worse than none.
  const opaque = [Map, Set, WeakMap, WeakSet, Promise, RegExp, Error, ArrayBuffer, getPrototypeOf(Uint8Array) as typeof Uint8Array]; // prettier-ignore

  const showPromise = (state: string, result: unknown): string => {
    if (state === 'pending') return 'Promise { <pending> }';
    return `Promise { ${state === 'rejected' ? '<rejected> ' : ''}${inspect(result, 1)} }`;
  };

  const preview = (value: unknown, kind?: string, of?: unknown): string => {
    try {
      // Traps of a proxy are not for looking at it.
      if (kind === 'proxy') return inspect(of);
      return kind === undefined ? inspect(value) : showPromise(kind, of);
    } catch {
      return typeof value === 'function' ? '[Function]' : '[object]';
    }
  };

  const jsonOf = (value: unknown, maxChars: number): string | undefined => {
    try {
      const hasToJson = typeof (value as { toJSON?: unknown }).toJSON === 'function';
      if (!hasToJson && opaque.some((kind) => value instanceof kind)) return undefined;
      const text = stringify(value) as string | undefined;
      return text !== undefined && text.length <= maxChars ? text : undefined;
    } catch {
      return undefined;
    }
  };

  return {
    describe: (value, maxJsonChars, ...[kind, of]) => {
      const json = kind === undefined ? jsonOf(value, maxJsonChars) : undefined;
      const shown = `{"preview":${stringify(preview(value, kind, of))}`;
      return json === undefined ? `${shown}}` : `${shown},"json":${stringify(json)}}`;
    },
    remember: (name, value) => {
      const known = remembered.get(name);
      const descriptor = getOwnPropertyDescriptor(globalThis, name);
      if (descriptor !== undefined && (known === undefined || descriptor.get !== known.get)) return;
      if (known !== undefined) {
        known.value = value;
        return;
      }
      const slot = { value, get: () => slot.value };
      const set = (own: unknown): void => {
        defineProperty(globalThis, name, { value: own, writable: true, configurable: true, enumerable: true });
      };
      remembered.set(name, slot);
      defineProperty(globalThis, name, { get: slot.get, set, configurable: true, enumerable: false });
    },
    lendGlobals: (values) => {
      for (const [name, value] of Object.entries(values)) {
        const before = getOwnPropertyDescriptor(globalThis, name);
        if (before?.configurable === false) continue;
        lent.push([name, before]);
        defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
      }
    },
    returnGlobals: () => {
      for (const [name, before] of lent) {
        if (before !== undefined) defineProperty(globalThis, name, before);
        else Reflect.deleteProperty(globalThis, name);
      }
      lent = [];
    },
    builtInNames: () => builtIns,
    removeConsole: () => {
      Reflect.deleteProperty(globalThis, 'console');
    },
  };
}
