import { at, append, copy, list, pop, push, sort, type List } from '../list.ts';
import {
  getOwnPropertyDescriptor,
  hasOwn,
  isEnumerable,
  mapGet,
  RangeErrorCtor,
  stringSlice,
  symbolIterator,
  symbolToStringTag,
} from '../primordials.ts';
import { cut } from '../text.ts';
import { constructorName, prefixOf } from './constructor-name.ts';
import { describeIterable } from './describe-iterable.ts';
import { describeOther } from './describe-other.ts';
import type { Description, Subject } from './description.ts';
import { isExhausted, isTooDeep, MAX_NAME_LENGTH, type Inspection } from './inspection.ts';
import { layOut } from './layout.ts';
import { formatProperty } from './properties.ts';
import { isInstanceOf } from './types.ts';

/** The text of an object or function that is neither a proxy nor printed already. */
export function formatObject(inspection: Inspection, value: object, depth: number, isBufferOfArray: boolean): string {
  const more = inspection.showHidden && !isTooDeep(inspection, depth) ? list<string>() : undefined;
  const constructor = constructorName(inspection, value, depth, more);
  const hasMore = more !== undefined && more.length !== 0;
  const subject: Subject = {
    value,
    depth,
    constructorName: constructor,
    tag: tagOf(inspection, value),
    isBufferOfArray,
    hasMore,
  };
  const mayIterate = constructor === null || symbolIterator in value;
  const described =
    (mayIterate ? describeIterable(inspection, subject) : undefined) ?? describeOther(inspection, subject);
  if (typeof described === 'string') {
    inspection.charactersLeft -= described.length;
    return described;
  }
  const short = shortForm(subject, described.className);
  if (isTooDeep(inspection, depth) || isExhausted(inspection)) return inspection.stylize(short, 'special');
  const entries = formatEntries(inspection, subject, described);
  if (entries === undefined) {
    const name = constructor === null ? short : stringSlice(short, 1, -1);
    const text = `[${name}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`;
    return inspection.stylize(text, 'special');
  }
  if (more !== undefined) append(entries, more);
  return finish(inspection, subject, described, sorted(inspection, entries, described));
}

/** What the object says it is, unless it is an own property that is printed anyway. */
function tagOf(inspection: Inspection, value: object): string {
  let tag: unknown;
  try {
    tag = (value as Record<symbol, unknown>)[symbolToStringTag];
  } catch {
    return '';
  }
  if (typeof tag !== 'string' || tag === '') return '';
  const isPrinted = inspection.showHidden ? hasOwn(value, symbolToStringTag) : isEnumerable(value, symbolToStringTag);
  return isPrinted ? '' : cut(tag, MAX_NAME_LENGTH);
}

/** What stands for an object that is too deep: its class in brackets. */
function shortForm({ constructorName: constructor, tag }: Subject, className: string): string {
  const fallback = constructor === null && className === tag ? 'Object' : className;
  const name = stringSlice(prefixOf(constructor, tag, fallback), 0, -1);
  return constructor === null ? name : `[${name}]`;
}

/** The entries and properties; undefined when there was no stack left to print them. */
function formatEntries(inspection: Inspection, subject: Subject, described: Description): List<string> | undefined {
  const { value, depth } = subject;
  const { keys } = described;
  const { indentation } = inspection;
  push(inspection.seen, value);
  inspection.currentDepth = depth + 1;
  try {
    const output = described.entries(depth + 1);
    const layout = described.layout === 'array-extras' ? 'array-extras' : 'object';
    for (let i = 0; i < keys.length; i++) {
      if (isExhausted(inspection)) {
        const left = keys.length - i;
        push(output, `... ${left} more ${left > 1 ? 'properties' : 'property'}`);
        break;
      }
      push(output, formatProperty(inspection, value, depth + 1, at(keys, i), layout));
    }
    return output;
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    inspection.indentation = indentation;
    return undefined;
  } finally {
    pop(inspection.seen);
  }
}

function isStackOverflow(error: unknown): boolean {
  if (!isInstanceOf(error, RangeErrorCtor)) return false;
  return getOwnPropertyDescriptor(error as object, 'message')?.value === 'Maximum call stack size exceeded';
}

/** By the option `sorted`: all of an object's properties, only the extra ones of an array. */
function sorted(inspection: Inspection, entries: List<string>, { layout, keys }: Description): List<string> {
  const by = inspection.sorted;
  if (by === false) return entries;
  const compare = by === true ? compareText : by;
  const kept = layout === 'object' ? 0 : entries.length - keys.length;
  const rest = list<string>();
  for (let i = kept; i < entries.length; i++) push(rest, at(entries, i));
  sort(rest, compare);
  const result = copy(entries);
  result.length = kept;
  append(result, rest);
  return result;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function finish(inspection: Inspection, subject: Subject, described: Description, entries: List<string>): string {
  const { value, depth } = subject;
  let { base, open } = described;
  const index = inspection.circular === undefined ? undefined : mapGet(inspection.circular, value);
  if (index !== undefined) {
    const reference = inspection.stylize(`<ref *${index}>`, 'special');
    if (inspection.compact === true) open = `${reference} ${open}`;
    else base = base === '' ? reference : `${reference} ${base}`;
  }
  inspection.charactersLeft -= base.length + open.length;
  return layOut(inspection, entries, base, [open, described.close], described.layout, depth + 1, value);
}
