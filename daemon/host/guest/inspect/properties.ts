import { append, list, push, type List } from '../list.ts';
import {
  apply,
  arrayIsArray,
  getOwnPropertyDescriptor,
  getOwnPropertyNames,
  getOwnPropertySymbols,
  isEnumerable,
  objectKeys,
  regExpExec,
  stringRepeat,
  symbolToString,
} from '../primordials.ts';
import { peekNames } from '../peek.ts';
import { cut, textWidth } from '../text.ts';
import { MAX_NAME_LENGTH, type Inspection, type Layout } from './inspection.ts';
import { escapeText, formatPrimitive, quote } from './primitives.ts';

export type Key = string | symbol;

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const INDEX = /^(0|[1-9][0-9]*)$/;

/** Above this many elements the names of an array are asked of V8: a list of all of them would be larger than the array. */
const MAX_LISTED_ELEMENTS = 10_000;

/** The keys to print: enumerable ones, or all of them with `showHidden`. */
export function keysOf(value: object, showHidden: boolean): List<Key> {
  const keys = list<Key>();
  append(keys, showHidden ? getOwnPropertyNames(value) : enumerableNames(value));
  addSymbols(keys, value, showHidden);
  return keys;
}

/** A module namespace whose module has not run yet refuses to list its keys. */
function enumerableNames(value: object): string[] {
  try {
    return objectKeys(value);
  } catch {
    return getOwnPropertyNames(value);
  }
}

function addSymbols(keys: List<Key>, value: object, showHidden: boolean): void {
  const symbols = getOwnPropertySymbols(value);
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i] as symbol;
    if (showHidden || isEnumerable(value, symbol)) push(keys, symbol);
  }
}

/** The keys of an array that are no indices. */
export function extraKeysOf(value: object, length: number, showHidden: boolean): List<Key> {
  const keys = list<Key>();
  if (length > MAX_LISTED_ELEMENTS) {
    const names = peekNames(value);
    if (names !== undefined) append(keys, names);
    if (showHidden && arrayIsArray(value)) push(keys, 'length');
  } else {
    const names = showHidden ? getOwnPropertyNames(value) : objectKeys(value);
    // Indices come first.
    let first = names.length;
    while (first > 0 && !isIndex(names[first - 1] as string)) first--;
    for (let i = first; i < names.length; i++) push(keys, names[i] as string);
  }
  addSymbols(keys, value, showHidden);
  return keys;
}

/** Arrays have no more than 2³² - 1 elements; larger numbers are names like any other. */
export function isIndex(name: string): boolean {
  return regExpExec(INDEX, name) !== null && +name < 2 ** 32 - 1;
}

/** A property that was there when the keys were listed. */
const GONE = { __proto__: null, value: undefined, enumerable: true } as PropertyDescriptor;

/** `name: value`, or only the value for an element of an array. */
export function formatProperty(
  inspection: Inspection,
  value: object,
  depth: number,
  key: Key | number,
  layout: Layout,
  known?: PropertyDescriptor,
  receiver: object = value,
): string {
  const property = known ?? getOwnPropertyDescriptor(value, key) ?? GONE;
  let separator = ' ';
  let text: string;
  if (property.value !== undefined) {
    const step = inspection.compact !== true || layout !== 'object' ? 2 : 3;
    inspection.indentation += step;
    text = inspection.formatValue(property.value, depth);
    if (step === 3 && inspection.breakLength < textWidth(text)) {
      separator = `\n${stringRepeat(' ', inspection.indentation)}`;
    }
    inspection.indentation -= step;
  } else {
    text = formatAccessor(inspection, property, receiver, depth);
  }
  if (layout === 'array') return text;
  const name = formatKey(inspection, key);
  inspection.charactersLeft -= name.length + 2;
  return `${property.enumerable === false ? `[${name}]` : name}:${separator}${text}`;
}

function formatAccessor(inspection: Inspection, property: PropertyDescriptor, receiver: object, depth: number): string {
  const { get, set } = property;
  if (get === undefined) {
    return set === undefined ? inspection.stylize('undefined', 'undefined') : inspection.stylize('[Setter]', 'special');
  }
  const label = set === undefined ? 'Getter' : 'Getter/Setter';
  const asked = inspection.getters;
  const isAsked = asked === true || (asked === 'get' && set === undefined) || (asked === 'set' && set !== undefined);
  if (!isAsked) return inspection.stylize(`[${label}]`, 'special');
  inspection.indentation += 2;
  const text = formatRead(inspection, get, label, receiver, depth);
  inspection.indentation -= 2;
  return text;
}

/** Runs the getter: only with the option `getters`, so only when the guest asks for it. */
function formatRead(
  inspection: Inspection,
  get: () => unknown,
  label: string,
  receiver: object,
  depth: number,
): string {
  const { stylize } = inspection;
  const open = stylize(`[${label}:`, 'special');
  const close = stylize(']', 'special');
  try {
    const value: unknown = apply(get, receiver, []);
    if (value === null) return `${open} ${stylize('null', 'null')}${close}`;
    if (typeof value === 'object' || typeof value === 'function') {
      return `${stylize(`[${label}]`, 'special')} ${inspection.formatValue(value, depth)}`;
    }
    return `${open} ${formatPrimitive(inspection, value)}${close}`;
  } catch (error) {
    return `${open} <Inspection threw (${inspection.formatValue(error, depth)})>${close}`;
  }
}

function formatKey(inspection: Inspection, key: Key | number): string {
  if (typeof key === 'symbol') {
    return inspection.stylize(escapeText(cut(symbolToString(key), MAX_NAME_LENGTH), true), 'symbol');
  }
  const name = cut(`${key}`, MAX_NAME_LENGTH);
  if (regExpExec(PLAIN_NAME, name) === null) return inspection.stylize(quote(name), 'string');
  return name === '__proto__' ? "['__proto__']" : inspection.stylize(name, 'name');
}
