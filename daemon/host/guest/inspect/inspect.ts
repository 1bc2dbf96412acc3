import { list } from '../list.ts';
import { defineProperty, hasOwn, objectFreeze, objectKeys, symbolFor } from '../primordials.ts';
import { resetPeeks } from '../peek.ts';
import { cut } from '../text.ts';
import { formatValue } from './format-value.ts';
import type { Inspection, InspectOptions, Style, Stylize } from './inspection.ts';
import { noStyle } from './primitives.ts';

const DEFAULTS: InspectOptions = objectFreeze({
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10_000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
});

/** No text that leaves the guest is longer; what is cut says how much is missing. */
export const MAX_TEXT_LENGTH = 1_048_576;

/** Set and reset sequences of a terminal. */
const COLORS: Readonly<Record<Style, readonly [number, number] | undefined>> = {
  special: [36, 39],
  number: [33, 39],
  bigint: [33, 39],
  boolean: [33, 39],
  undefined: [90, 39],
  null: [1, 22],
  string: [32, 39],
  symbol: [32, 39],
  date: [35, 39],
  regexp: [31, 39],
  module: [4, 24],
  name: undefined,
};

const withColor: Stylize = (text, style) => {
  const color = COLORS[style];
  return color === undefined ? text : `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
};

/**
 * The text of a value, as Node's `util.inspect` makes it. Runs code of the guest only where Node does: custom inspect
 * functions, `Symbol.toStringTag`, names and stacks of errors and classes. Throws what such code throws.
 */
export function inspectValue(value: unknown, options?: object, limit = MAX_TEXT_LENGTH): string {
  const inspection: Inspection = {
    ...DEFAULTS,
    stylize: noStyle,
    userOptions: undefined,
    seen: list(),
    circular: undefined,
    indentation: 0,
    currentDepth: 0,
    charactersLeft: limit,
    formatValue: (inner, depth, isBufferOfArray = false) =>
      formatValue(inspection, inner, depth, isBufferOfArray, inspect),
  };
  if (options !== undefined) applyOptions(inspection, options as Record<string, unknown>);
  resetPeeks();
  return cut(inspection.formatValue(value, 0), limit);
}

function applyOptions(inspection: Inspection, options: Record<string, unknown>): void {
  const target = inspection as unknown as Record<string, unknown>;
  const keys = objectKeys(options);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (key === 'stylize' ? typeof options[key] === 'function' : hasOwn(DEFAULTS, key)) target[key] = options[key];
    else inspection.userOptions ??= options;
  }
  if (inspection.colors) inspection.stylize = withColor;
  if ((inspection.maxArrayLength as number | null) === null) inspection.maxArrayLength = Infinity;
  if ((inspection.maxStringLength as number | null) === null) inspection.maxStringLength = Infinity;
}

/** `util.inspect`, with its older form of arguments: `(value, showHidden, depth, colors)`. */
export function inspect(value: unknown, options?: unknown, depth?: unknown, colors?: unknown): string {
  const given = typeof options === 'boolean' ? { showHidden: options } : (options ?? {});
  const older = {
    ...(depth === undefined ? {} : { depth }),
    ...(colors === undefined ? {} : { colors }),
  };
  return inspectValue(value, { ...older, ...given });
}

defineProperty(inspect, 'custom', { value: symbolFor('nodejs.util.inspect.custom'), enumerable: true });
defineProperty(inspect, 'defaultOptions', { value: DEFAULTS });
