import { at, list, push, splice, type List } from '../list.ts';
import { peekPromise } from '../peek.ts';
import {
  arrayBufferByteLength,
  bigintValueOf,
  booleanValueOf,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  dateGetTime,
  dateToISOString,
  dateToString,
  numberIsNaN,
  numberValueOf,
  regExpToString,
  sharedArrayBufferByteLength,
  stringLastIndexOf,
  stringSlice,
  stringToLowerCase,
  stringValueOf,
  symbolValueOf,
} from '../primordials.ts';
import { cut } from '../text.ts';
import { formatBytes, formatPromise, formatWeakEntries } from './collections.ts';
import { objectPrefix, prefixOf } from './constructor-name.ts';
import { describeAs, isBare, type Description, type Subject } from './description.ts';
import { formatError } from './errors.ts';
import { formatExtra } from './extra.ts';
import { functionBase } from './functions.ts';
import { isTooDeep, MAX_NAME_LENGTH, type Inspection, type Style } from './inspection.ts';
import { formatNumber, formatPrimitive, noStyle } from './primitives.ts';
import { formatProperty, keysOf, type Key } from './properties.ts';
import {
  isArguments,
  isArrayBuffer,
  isBigIntObject,
  isBooleanObject,
  isDataView,
  isDate,
  isError,
  isFunction,
  isModuleNamespace,
  isNumberObject,
  isRegExp,
  isSharedArrayBuffer,
  isStringObject,
  isSymbolObject,
  isWeakMap,
  isWeakSet,
  mayBePromise,
} from './types.ts';

type Described = Description | string;
type Describe = (inspection: Inspection, subject: Subject, keys: List<Key>) => Described | undefined;

/** Everything that is no array, Map or Set. */
export function describeOther(inspection: Inspection, subject: Subject): Described {
  const keys = keysOf(subject.value, inspection.showHidden);
  if (isFunction(subject.value)) return describeFunction(inspection, subject, keys);
  if (subject.constructorName === 'Object') return describePlain(subject, keys);
  for (let i = 0; i < KINDS.length; i++) {
    const described = at(KINDS, i)(inspection, subject, keys);
    if (described !== undefined) return described;
  }
  const prefix = objectPrefix(subject.constructorName, subject.tag);
  return isBare(subject, keys) ? `${prefix}{}` : describeAs('Object', keys, { open: `${prefix}{` });
}

/** Objects whose class is plain Object; hardly anything else can claim that, and those few are printed as such. */
function describePlain({ value, constructorName: constructor, tag, hasMore }: Subject, keys: List<Key>): Described {
  let open = '{';
  if (isArguments(value)) open = '[Arguments] {';
  else if (tag !== '') open = `${prefixOf(constructor, tag, 'Object')}{`;
  return keys.length === 0 && !hasMore ? `${open}}` : describeAs('Object', keys, { open });
}

function describeFunction(inspection: Inspection, subject: Subject, keys: List<Key>): Described {
  const base = functionBase(inspection, subject.value, subject.constructorName, subject.tag);
  return isBare(subject, keys) ? inspection.stylize(base, 'special') : describeAs('Function', keys, { base });
}

/** A value that is printed as one text, followed by its properties if it has any. */
function describeText(subject: Subject, keys: List<Key>, type: string, text: string): string | Description {
  const prefix = prefixOf(subject.constructorName, subject.tag, type);
  const base = prefix === `${type} ` ? text : `${prefix}${text}`;
  return isBare(subject, keys) ? base : describeAs(type, keys, { base });
}

const describeRegExp: Describe = (inspection, subject, keys) => {
  if (!isRegExp(subject.value)) return undefined;
  const text = cut(regExpToString(subject.value), MAX_NAME_LENGTH);
  const described = describeText(subject, keys, 'RegExp', text);
  if (typeof described === 'string') return inspection.stylize(described, 'regexp');
  return isTooDeep(inspection, subject.depth) ? inspection.stylize(described.base, 'regexp') : described;
};

const describeDate: Describe = (inspection, subject, keys) => {
  const { value } = subject;
  if (!isDate(value)) return undefined;
  const text = numberIsNaN(dateGetTime(value)) ? dateToString(value) : dateToISOString(value);
  const described = describeText(subject, keys, 'Date', text);
  return typeof described === 'string' ? inspection.stylize(described, 'date') : described;
};

const describeError: Describe = (inspection, subject, keys) => {
  if (!isError(subject.value)) return undefined;
  const base = formatError(inspection, subject.value, subject.constructorName, subject.tag, keys);
  return isBare(subject, keys) ? base : describeAs('Error', keys, { base });
};

const describeBuffer: Describe = (inspection, subject, keys) => {
  const { value, constructorName: constructor, tag } = subject;
  const isPlain = isArrayBuffer(value);
  if (!isPlain && !isSharedArrayBuffer(value)) return undefined;
  const type = isPlain ? 'ArrayBuffer' : 'SharedArrayBuffer';
  const prefix = prefixOf(constructor, tag, type);
  const length = isPlain ? arrayBufferByteLength(value) : sharedArrayBufferByteLength(value);
  if (subject.isBufferOfArray && isBare(subject, keys)) {
    return `${prefix}{ [byteLength]: ${formatNumber(inspection.stylize, length, false)} }`;
  }
  const entries = (depth: number): List<string> => {
    const output = subject.isBufferOfArray ? list<string>() : formatBytes(inspection, value as ArrayBuffer);
    push(output, formatExtra(inspection, 'byteLength', length, depth));
    return output;
  };
  return describeAs(type, keys, { open: `${prefix}{`, entries });
};

const describeDataView: Describe = (inspection, subject, keys) => {
  const { value, constructorName: constructor, tag } = subject;
  if (!isDataView(value)) return undefined;
  const entries = (depth: number): List<string> => {
    const output = list<string>();
    push(output, formatExtra(inspection, 'byteLength', dataViewByteLength(value), depth));
    push(output, formatExtra(inspection, 'byteOffset', dataViewByteOffset(value), depth));
    push(output, formatExtra(inspection, 'buffer', dataViewBuffer(value), depth));
    return output;
  };
  return describeAs('DataView', keys, { open: `${prefixOf(constructor, tag, 'DataView')}{`, entries });
};

const describePromise: Describe = (inspection, subject, keys) => {
  const { value, constructorName: constructor, tag } = subject;
  const details = mayBePromise(value) ? peekPromise(value) : undefined;
  if (details === undefined) return undefined;
  const entries = (depth: number): List<string> => formatPromise(inspection, details, depth);
  return describeAs('Promise', keys, { open: `${prefixOf(constructor, tag, 'Promise')}{`, entries });
};

const describeWeak: Describe = (inspection, subject, keys) => {
  const { value, constructorName: constructor, tag } = subject;
  const type = isWeakSet(value) ? 'WeakSet' : isWeakMap(value) ? 'WeakMap' : undefined;
  if (type === undefined) return undefined;
  const entries = (depth: number): List<string> => formatWeakEntries(inspection, value, depth);
  return describeAs(type, keys, { open: `${prefixOf(constructor, tag, type)}{`, entries });
};

const describeNamespace: Describe = (inspection, subject, keys) => {
  const { value, constructorName: constructor, tag } = subject;
  if (!isModuleNamespace(value)) return undefined;
  const entries = (depth: number): List<string> => formatExports(inspection, value, keys, depth);
  return describeAs('Module', list(), { open: `${prefixOf(constructor, tag, 'Module')}{`, entries });
};

/** Exports whose module has not got to them yet throw when they are read. */
function formatExports(inspection: Inspection, value: object, keys: List<Key>, depth: number): List<string> {
  const output = list<string>();
  for (let i = 0; i < keys.length; i++) {
    const key = at(keys, i);
    try {
      push(output, formatProperty(inspection, value, depth, key, 'object'));
    } catch {
      const text = formatProperty(inspection, value, depth, key, 'object', { value: '', enumerable: true });
      const position = stringLastIndexOf(text, ' ');
      push(output, stringSlice(text, 0, position + 1) + inspection.stylize('<uninitialized>', 'special'));
    }
  }
  return output;
}

const describeBoxed: Describe = (inspection, subject, keys) => {
  const { value, constructorName: constructor, tag } = subject;
  const boxed = unbox(value);
  if (boxed === undefined) return undefined;
  const { type, primitive } = boxed;
  // The characters of a string are its first properties, and said already.
  if (typeof primitive === 'string') splice(keys, 0, primitive.length);
  let suffix = '';
  if (type !== constructor) suffix = constructor === null ? ' (null prototype)' : ` (${constructor})`;
  let base = `[${type}${suffix}: ${formatPrimitive(inspection, primitive, noStyle)}]`;
  if (tag !== '' && tag !== constructor) base += ` [${tag}]`;
  if (keys.length === 0) base = inspection.stylize(base, stringToLowerCase(type) as Style);
  return isBare(subject, keys) ? base : describeAs(type, keys, { base });
};

function unbox(value: object): { type: string; primitive: unknown } | undefined {
  if (isNumberObject(value)) return { type: 'Number', primitive: numberValueOf(value) };
  if (isStringObject(value)) return { type: 'String', primitive: stringValueOf(value) };
  if (isBooleanObject(value)) return { type: 'Boolean', primitive: booleanValueOf(value) };
  if (isBigIntObject(value)) return { type: 'BigInt', primitive: bigintValueOf(value) };
  if (isSymbolObject(value)) return { type: 'Symbol', primitive: symbolValueOf(value) };
  return undefined;
}

/** In the order in which they are tried. */
const KINDS: readonly Describe[] = [
  describeRegExp,
  describeDate,
  describeError,
  describeBuffer,
  describeDataView,
  describePromise,
  describeWeak,
  describeNamespace,
  describeBoxed,
];
