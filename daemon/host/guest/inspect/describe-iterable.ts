import { push, type List } from '../list.ts';
import { peekEntries } from '../peek.ts';
import {
  arrayIsArray,
  mapSize,
  setSize,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayTag,
} from '../primordials.ts';
import { formatArray, formatIterator, formatMap, formatSet, formatTypedArray } from './collections.ts';
import { prefixOf } from './constructor-name.ts';
import { describeAs, isBare, type Description, type Subject } from './description.ts';
import { formatExtra } from './extra.ts';
import type { Inspection } from './inspection.ts';
import { extraKeysOf, keysOf } from './properties.ts';
import { isMap, isSet, isTypedArray, mayBeMapIterator, mayBeSetIterator } from './types.ts';

/** Arrays, typed arrays, Maps, Sets and their iterators; undefined for anything else. */
export function describeIterable(inspection: Inspection, subject: Subject): Description | string | undefined {
  const { value } = subject;
  if (arrayIsArray(value)) return describeArray(inspection, subject, value.length);
  if (isSet(value)) return describeCollection(inspection, subject, 'Set', setSize(value), formatSet);
  if (isMap(value)) return describeCollection(inspection, subject, 'Map', mapSize(value), formatMap);
  if (isTypedArray(value)) return describeTypedArray(inspection, subject);
  if (mayBeMapIterator(value)) return describeIterator(inspection, subject, 'Map');
  if (mayBeSetIterator(value)) return describeIterator(inspection, subject, 'Set');
  return undefined;
}

function describeArray(inspection: Inspection, subject: Subject, length: number): Description | string {
  const { value, constructorName: constructor, tag } = subject;
  const isPlain = constructor === 'Array' && tag === '';
  const open = `${isPlain ? '' : prefixOf(constructor, tag, 'Array', `(${length})`)}[`;
  const keys = extraKeysOf(value, length, inspection.showHidden);
  if (length === 0 && isBare(subject, keys)) return `${open}]`;
  const entries = (depth: number): List<string> => formatArray(inspection, value, depth);
  return describeAs('Array', keys, { open, close: ']', layout: 'array-extras', entries });
}

function describeCollection(
  inspection: Inspection,
  subject: Subject,
  type: 'Map' | 'Set',
  size: number,
  format: typeof formatMap,
): Description | string {
  const { value, constructorName: constructor, tag } = subject;
  const prefix = prefixOf(constructor, tag, type, `(${size})`);
  const keys = keysOf(value, inspection.showHidden);
  if (size === 0 && isBare(subject, keys)) return `${prefix}{}`;
  const entries = (depth: number): List<string> => format(inspection, value, depth);
  return describeAs(type, keys, { open: `${prefix}{`, entries });
}

function describeTypedArray(inspection: Inspection, subject: Subject): Description | string {
  const { value, constructorName: constructor, tag } = subject;
  const type = typedArrayTag(value) ?? '';
  const length = typedArrayLength(value);
  const open = `${prefixOf(constructor, tag, constructor === null ? type : '', `(${length})`)}[`;
  const keys = extraKeysOf(value, length, inspection.showHidden);
  if (length === 0 && keys.length === 0 && !inspection.showHidden) return `${open}]`;
  const entries = (depth: number): List<string> => {
    const output = formatTypedArray(inspection, value as ArrayLike<number | bigint>);
    if (inspection.showHidden) addHidden(inspection, output, value, length, depth);
    return output;
  };
  return describeAs(type, keys, { open, close: ']', layout: 'array-extras', entries });
}

function addHidden(inspection: Inspection, output: List<string>, value: object, length: number, depth: number): void {
  const byteLength = typedArrayByteLength(value);
  push(output, formatExtra(inspection, 'BYTES_PER_ELEMENT', bytesPerElement(value), depth));
  push(output, formatExtra(inspection, 'length', length, depth));
  push(output, formatExtra(inspection, 'byteLength', byteLength, depth));
  push(output, formatExtra(inspection, 'byteOffset', typedArrayByteOffset(value), depth));
  push(output, formatExtra(inspection, 'buffer', typedArrayBuffer(value), depth, true));
}

function bytesPerElement(value: object): unknown {
  return (value as { BYTES_PER_ELEMENT: unknown }).BYTES_PER_ELEMENT;
}

function describeIterator(inspection: Inspection, subject: Subject, type: 'Map' | 'Set'): Description | undefined {
  const { value, tag } = subject;
  const details = peekEntries(value);
  if (details === undefined) return undefined;
  const kind = details.keyed ? 'Entries' : 'Iterator';
  const full = `${type} Iterator`;
  const name = tag === full || tag === '' ? `${type} ${kind}` : `${tag}] [${type} ${kind}`;
  const entries = (depth: number): List<string> => formatIterator(inspection, depth, details);
  return describeAs(full, keysOf(value, inspection.showHidden), { open: `[${name}] {`, entries });
}
