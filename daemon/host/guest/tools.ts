import { builtInTools, type BuiltInTools } from './built-in-tools.ts';
import { describeThrown } from './describe-thrown.ts';
import { defineVisible } from './define.ts';
import { inspectValue } from './inspect/inspect.ts';
import { jsonOf } from './json.ts';
import { hasLineThrown, takeLine } from './line.ts';
import { at, list, push, type List } from './list.ts';
import { makeLookTools, type LookTools } from './look.ts';
import { peekHolder } from './peek.ts';
import {
  defineProperty,
  deleteProperty,
  getOwnPropertyDescriptor,
  hasOwn,
  jsonParse,
  jsonStringify,
  MapCtor,
  mapGet,
  mapSet,
  objectKeys,
} from './primordials.ts';
import { forgetExitCode, startProcess } from './process.ts';
import { cancelAllCalls, endTurn, pendingCalls, runDueTimers } from './timers.ts';

/** Longest preview, in characters; a longer one ends with a count of what is missing. */
const MAX_PREVIEW = 65_536;

/** What the host calls in the guest, through the inspector and under the limits of an execution. */
export type Tools = LookTools & {
  /** Preview and JSON of a value, as JSON text: `{preview, json?}`; `json` is text again. */
  describe(value: unknown, maxJsonChars: number): string;
  /** What was thrown, as JSON text. */
  describeThrown(thrown: unknown): string;
  /** Makes `_` or `_error` give `value`, unless the guest has defined that name itself. */
  remember(name: '_' | '_error', value: unknown): void;
  /** Sets globals for the time of a run, and undoes that. */
  lendGlobals(values: Record<string, unknown>): void;
  returnGlobals(): void;
  /** Names as JSON text; `timers` stands for all of them. */
  removeGlobals(names: string): void;
  /** The session begins: the answer of process.cwd(), and its variables as JSON text. */
  enter(cwd: string, env: string): void;
  /** Calls the timers that are due; see `timers.ts`. */
  runDueTimers(): number;
  endTurn(isToBlame: boolean): number;
  pendingCalls(): number;
  cancelAllCalls(): void;
  /** How a line of a REPL has ended; see `line.ts`. */
  hasLineThrown: typeof hasLineThrown;
  takeLine: typeof takeLine;
  /** Where a value lies that the guest wants to know more of. */
  peekHolder: typeof peekHolder;
  /** For Node's built-ins in the guest. */
  builtInTools: BuiltInTools;
};

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'];

const global = globalThis;

export function makeTools(): Tools {
  const remembered = new MapCtor<string, { value: unknown; get: () => unknown }>();
  const isRemembered = (name: string, property: PropertyDescriptor): boolean =>
    hasOwn(property, 'get') && property.get === mapGet(remembered, name)?.get;
  let lent: List<{ name: string; before: PropertyDescriptor | undefined }> = list();
  return {
    ...makeLookTools(isRemembered),
    describe: (value, maxJsonChars) => {
      const preview = previewOf(value);
      const json = jsonOf(value, maxJsonChars);
      return jsonStringify({ __proto__: null, preview, json });
    },
    describeThrown: (thrown) => jsonStringify({ __proto__: null, ...describeThrown(thrown) }),
    remember: (name, value) => {
      const known = mapGet(remembered, name);
      const descriptor = getOwnPropertyDescriptor(global, name);
      if (descriptor !== undefined && (known === undefined || descriptor.get !== known.get)) return;
      if (known !== undefined) {
        known.value = value;
        return;
      }
      const slot = { value, get: () => slot.value };
      const set = (own: unknown): void => {
        defineVisible(global, name, own);
      };
      mapSet(remembered, name, slot);
      defineProperty(global, name, { __proto__: null, get: slot.get, set, configurable: true } as PropertyDescriptor);
    },
    lendGlobals: (values) => {
      forgetExitCode();
      const names = objectKeys(values);
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as string;
        const before = getOwnPropertyDescriptor(global, name);
        if (before?.configurable === false) continue;
        push(lent, { name, before });
        defineVisible(global, name, values[name]);
      }
    },
    returnGlobals: () => {
      for (let i = 0; i < lent.length; i++) {
        const { name, before } = at(lent, i);
        if (before === undefined) deleteProperty(global, name);
        else defineProperty(global, name, before);
      }
      lent = list();
    },
    removeGlobals: (text) => {
      const names = jsonParse(text) as string[];
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as string;
        deleteProperty(global, name);
        for (let j = 0; name === 'timers' && j < TIMERS.length; j++) deleteProperty(global, TIMERS[j] as string);
      }
    },
    enter: (cwd, env) => {
      startProcess({ cwd, env });
    },
    runDueTimers,
    endTurn,
    pendingCalls,
    cancelAllCalls,
    hasLineThrown,
    takeLine,
    peekHolder,
    builtInTools,
  };
}

/** Whatever the value does, there is a preview. */
function previewOf(value: unknown): string {
  try {
    return inspectValue(value, undefined, MAX_PREVIEW);
  } catch {
    return typeof value === 'function' ? '[Function]' : '[object]';
  }
}
