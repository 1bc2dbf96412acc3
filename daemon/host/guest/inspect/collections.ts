import { at, join, list, push, sort, type List } from '../list.ts';
import { natives } from '../natives.ts';
import { peekEntries, type PromiseDetails } from '../peek.ts';
import {
  arraySome,
  getOwnPropertyDescriptor,
  hasOwn,
  mapEntries,
  mapNext,
  mapSize,
  max,
  min,
  numberToString,
  objectKeys,
  setEntries,
  setNext,
  setSize,
  typedArrayLength,
  Uint8ArrayCtor,
} from '../primordials.ts';
import { counted } from '../text.ts';
import { isExhausted, type Inspection } from './inspection.ts';
import { layOut } from './layout.ts';
import { formatBigInt, formatNumber } from './primitives.ts';
import { formatProperty, isIndex } from './properties.ts';

const moreItems = (count: number): string => `... ${counted(count, 'more item')}`;
const emptyItems = (count: number): string => `<${counted(count, 'empty item')}>`;

/** Above this length a sparse array is walked instead of listing its indices as strings. */
const MAX_LISTED_ELEMENTS = 10_000;

export function formatArray(inspection: Inspection, value: object, depth: number): List<string> {
  const { length } = value as { length: number };
  const shown = min(max(0, inspection.maxArrayLength), length);
  const output = list<string>();
  for (let i = 0; i < shown; i++) {
    const element = getOwnPropertyDescriptor(value, i);
    if (element === undefined) return formatSparse(inspection, value, depth, shown, output, i);
    push(output, formatProperty(inspection, value, depth, i, 'array', element));
    if (isExhausted(inspection)) return endWith(output, moreItems, length - i - 1);
  }
  return endWith(output, moreItems, length - shown);
}

function endWith(output: List<string>, text: (count: number) => string, count: number): List<string> {
  if (count > 0) push(output, text(count));
  return output;
}

/** From the first hole on: runs of holes count as one entry each. */
function formatSparse(
  inspection: Inspection,
  value: object,
  depth: number,
  shown: number,
  output: List<string>,
  start: number,
): List<string> {
  const { length } = value as { length: number };
  let index = start;
  const show = (key: number): boolean => {
    if (output.length >= shown || isExhausted(inspection)) return false;
    if (key !== index) {
      push(output, inspection.stylize(emptyItems(key - index), 'undefined'));
      index = key;
      if (output.length === shown) return false;
    }
    push(output, formatProperty(inspection, value, depth, key, 'array'));
    index++;
    return true;
  };
  forEachElement(value, length, start, show);
  const rest = length - index;
  if (output.length === shown || isExhausted(inspection)) return endWith(output, moreItems, rest);
  if (rest > 0) push(output, inspection.stylize(emptyItems(rest), 'undefined'));
  return output;
}

/** Calls `show` with the indices that exist, in order, until it answers false. */
function forEachElement(value: object, length: number, start: number, show: (index: number) => boolean): void {
  if (length > MAX_LISTED_ELEMENTS && !natives.isSparse(value)) {
    arraySome(value, (_element: unknown, index: number) => index >= start && hasOwn(value, index) && !show(index));
    return;
  }
  const keys = objectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (!isIndex(key)) return;
    if (+key >= start && !show(+key)) return;
  }
}

export function formatTypedArray(inspection: Inspection, value: ArrayLike<number | bigint>): List<string> {
  const length = typedArrayLength(value);
  const shown = min(max(0, inspection.maxArrayLength), length);
  const output = list<string>();
  for (let i = 0; i < shown; i++) {
    const element = value[i];
    if (typeof element === 'bigint')
      push(output, formatBigInt(inspection.stylize, element, inspection.numericSeparator));
    else push(output, formatNumber(inspection.stylize, element as number, inspection.numericSeparator));
  }
  return endWith(output, moreItems, length - shown);
}

/** The bytes in hexadecimal; undefined when the buffer is detached. */
export function formatBytes(inspection: Inspection, buffer: ArrayBuffer): List<string> {
  const output = list<string>();
  let bytes: Uint8Array;
  try {
    bytes = new Uint8ArrayCtor(buffer);
  } catch {
    push(output, inspection.stylize('(detached)', 'special'));
    return output;
  }
  const length = typedArrayLength(bytes);
  const shown = min(max(0, inspection.maxArrayLength), length);
  let text = '';
  for (let i = 0; i < shown; i++) {
    const byte = bytes[i] as number;
    text += `${i === 0 ? '' : ' '}${byte < 16 ? '0' : ''}${numberToString(byte, 16)}`;
  }
  if (length > shown) text += ` ... ${counted(length - shown, 'more byte')}`;
  push(output, `${inspection.stylize('[Uint8Contents]', 'special')}: <${text}>`);
  return output;
}

export function formatSet(inspection: Inspection, value: object, depth: number): List<string> {
  const size = setSize(value);
  const shown = min(max(0, inspection.maxArrayLength), size);
  const output = list<string>();
  const entries = setEntries(value);
  inspection.indentation += 2;
  let i = 0;
  for (; i < shown && !isExhausted(inspection); i++) {
    push(output, inspection.formatValue(setNext(entries).value, depth));
  }
  inspection.indentation -= 2;
  return endWith(output, moreItems, size - i);
}

export function formatMap(inspection: Inspection, value: object, depth: number): List<string> {
  const size = mapSize(value);
  const shown = min(max(0, inspection.maxArrayLength), size);
  const output = list<string>();
  const entries = mapEntries(value);
  inspection.indentation += 2;
  let i = 0;
  for (; i < shown && !isExhausted(inspection); i++) {
    const entry = mapNext(entries).value as [unknown, unknown];
    const key = inspection.formatValue(entry[0], depth);
    push(output, `${key} => ${inspection.formatValue(entry[1], depth)}`);
  }
  inspection.indentation -= 2;
  return endWith(output, moreItems, size - i);
}

/** What an iterator has left; iterators of pairs print them as arrays. */
export function formatIterator(
  inspection: Inspection,
  depth: number,
  { keyed, entries }: { keyed: boolean; entries: List<unknown> },
): List<string> {
  const width = keyed ? 2 : 1;
  const count = entries.length / width;
  const shown = min(max(0, inspection.maxArrayLength), count);
  const output = list<string>();
  inspection.indentation += 2;
  for (let i = 0; i < shown; i++) {
    const first = inspection.formatValue(at(entries, i * width), depth);
    if (!keyed) {
      push(output, first);
      continue;
    }
    const pair = list<string>();
    push(pair, first);
    push(pair, inspection.formatValue(at(entries, i * width + 1), depth));
    push(output, layOut(inspection, pair, '', ['[', ']'], 'array-extras', depth));
  }
  inspection.indentation -= 2;
  return endWith(output, moreItems, count - shown);
}

/** Only with `showHidden`; sorted, because the order of a weak collection says nothing. */
export function formatWeakEntries(inspection: Inspection, value: object, depth: number): List<string> {
  const details = inspection.showHidden ? peekEntries(value) : undefined;
  const output = list<string>();
  if (details === undefined) {
    push(output, inspection.stylize('<items unknown>', 'special'));
    return output;
  }
  const { keyed, entries } = details;
  const width = keyed ? 2 : 1;
  const count = entries.length / width;
  const shown = min(max(0, inspection.maxArrayLength), count);
  inspection.indentation += 2;
  for (let i = 0; i < shown; i++) {
    const parts = list<string>();
    for (let j = 0; j < width; j++) push(parts, inspection.formatValue(at(entries, i * width + j), depth));
    push(output, join(parts, ' => '));
  }
  inspection.indentation -= 2;
  if (inspection.sorted === false) sort(output, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return endWith(output, moreItems, count - shown);
}

export function formatPromise(inspection: Inspection, details: PromiseDetails, depth: number): List<string> {
  const output = list<string>();
  if (details.state === 'pending') {
    push(output, inspection.stylize('<pending>', 'special'));
    return output;
  }
  inspection.indentation += 2;
  const text = inspection.formatValue(details.result, depth);
  inspection.indentation -= 2;
  push(output, details.state === 'rejected' ? `${inspection.stylize('<rejected>', 'special')} ${text}` : text);
  return output;
}
