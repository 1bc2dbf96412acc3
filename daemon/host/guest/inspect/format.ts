import { natives } from '../natives.ts';
import {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isBuiltInName,
  jsonStringify,
  NumberCtor,
  numberParseFloat,
  numberParseInt,
  StringCtor,
  stringCharCodeAt,
  stringSlice,
  stringStartsWith,
  symbolToPrimitive,
  TypeErrorCtor,
} from '../primordials.ts';
import { cut } from '../text.ts';
import { inspectValue, MAX_TEXT_LENGTH } from './inspect.ts';
import { formatBigInt, formatNumber, noStyle } from './primitives.ts';
import { isInstanceOf } from './types.ts';

/** `console.log(first, ...rest)` as one text: format specifiers in the first argument, then the others by spaces. */
export function formatArguments(values: ArrayLike<unknown>, options?: object): string {
  const first = values[0];
  let used = 0;
  let text = '';
  if (typeof first === 'string') {
    if (values.length === 1) return cut(first, MAX_TEXT_LENGTH);
    const filled = fillIn(first, values, options);
    text = filled.text;
    used = filled.used;
  }
  for (let i = used; i < values.length; i++) {
    const value = values[i];
    if (i > 0) text += ' ';
    text += typeof value === 'string' ? value : inspectValue(value, options);
    if (text.length > MAX_TEXT_LENGTH) break;
  }
  return cut(text, MAX_TEXT_LENGTH);
}

/** The first argument with its specifiers replaced, and how many arguments that took, itself included. */
function fillIn(format: string, values: ArrayLike<unknown>, options?: object): { text: string; used: number } {
  let text = '';
  let last = 0;
  let used = 1;
  for (let i = 0; i < format.length - 1; i++) {
    if (stringCharCodeAt(format, i) !== PERCENT) continue;
    const specifier = stringCharCodeAt(format, ++i);
    if (specifier === PERCENT) {
      text += stringSlice(format, last, i);
      last = i + 1;
      continue;
    }
    if (used >= values.length) continue;
    const filled = formatSpecifier(specifier, values[used], options);
    if (filled === undefined) continue;
    used++;
    text += `${stringSlice(format, last, i - 1)}${filled}`;
    last = i + 1;
  }
  // Without any specifier the text is an argument like the others.
  return last === 0 ? { text: format, used: 1 } : { text: text + stringSlice(format, last), used };
}

const PERCENT = 37;

/** undefined: not a specifier. */
function formatSpecifier(specifier: number, value: unknown, options?: object): string | undefined {
  switch (specifier) {
    case 115: // s
      return formatAsText(value, options);
    case 100: // d
      return formatAsNumber(value, NumberCtor, options);
    case 105: // i
      return formatAsNumber(value, (given) => numberParseInt(given as string), options);
    case 102: // f
      return typeof value === 'symbol' ? 'NaN' : number(numberParseFloat(value as string), options);
    case 106: // j
      return stringify(value);
    case 79: // O
      return inspectValue(value, options);
    case 111: // o
      return inspectValue(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 99: // c: styles of a browser
      return '';
    default:
      return undefined;
  }
}

function separates(options: object | undefined): boolean {
  return (options as { numericSeparator?: boolean } | undefined)?.numericSeparator ?? false;
}

const number = (value: number, options?: object): string => formatNumber(noStyle, value, separates(options));

function formatAsNumber(value: unknown, convert: (value: unknown) => number, options?: object): string {
  if (typeof value === 'bigint') return formatBigInt(noStyle, value, separates(options));
  return typeof value === 'symbol' ? 'NaN' : number(convert(value), options);
}

function formatAsText(value: unknown, options?: object): string {
  if (typeof value === 'number') return number(value, options);
  if (typeof value === 'bigint') return formatBigInt(noStyle, value, separates(options));
  if (typeof value === 'object' && value !== null && hasBuiltInText(value)) {
    return inspectValue(value, { ...options, compact: 3, colors: false, depth: 0 });
  }
  return StringCtor(value);
}

/** Whether turning the object into a string would run a built-in, which says less than inspect does. */
function hasBuiltInText(given: object): boolean {
  let value: object | null = given;
  while (value !== null && natives.isProxy(value)) value = natives.proxyTarget(value);
  if (value === null) return true;
  const object = value as { toString?: unknown; [symbolToPrimitive]?: unknown };
  const hasText = typeof object.toString === 'function';
  const hasPrimitive = typeof object[symbolToPrimitive] === 'function';
  if (!hasText && !hasPrimitive) return true;
  if ((hasText && hasOwn(object, 'toString')) || (hasPrimitive && hasOwn(object, symbolToPrimitive))) return false;
  let owner = object as object | null;
  do owner = owner === null ? null : (getPrototypeOf(owner) as object | null);
  while (
    owner !== null &&
    !(hasText && hasOwn(owner, 'toString')) &&
    !(hasPrimitive && hasOwn(owner, symbolToPrimitive))
  );
  if (owner === null) return true;
  const constructor: unknown = getOwnPropertyDescriptor(owner, 'constructor')?.value;
  return typeof constructor === 'function' && isBuiltInName(constructor.name);
}

const CIRCULAR = 'Converting circular structure to JSON';

function stringify(value: unknown): string {
  try {
    return `${jsonStringify(value) as string | undefined}`;
  } catch (error) {
    const message: unknown = isInstanceOf(error, TypeErrorCtor)
      ? getOwnPropertyDescriptor(error as object, 'message')?.value
      : undefined;
    if (typeof message === 'string' && stringStartsWith(message, CIRCULAR)) return '[Circular]';
    throw error;
  }
}
