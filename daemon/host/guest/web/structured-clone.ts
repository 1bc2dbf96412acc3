import { read, typeError } from '../coded-error.ts';
import { defineHidden, defineVisible } from '../define.ts';
import { askHost } from '../host-link.ts';
import { isMap, isSet } from '../inspect/types.ts';
import { natives } from '../natives.ts';
import {
  ArrayCtor,
  arrayIsArray,
  errorIsError,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isEnumerable,
  MapCtor,
  mapEntries,
  mapGet,
  mapNext,
  mapSet,
  objectToString,
  objectKeys,
  setAdd,
  SetCtor,
  setEntries,
  setNext,
  symbolToString,
} from '../primordials.ts';
import { DOMException } from './dom-exception.ts';

type Options = { transfer?: unknown };
type Copier = { ExternalCopy: new (value: unknown, options: object) => { copy(): unknown } };

/** What isolated-vm says where code would have to run: a getter, or what makes the stack of an error when it is read first. */
const NEEDS_CODE = 'illegal access';

/** Longer chains are circular, or nobody's. */
const MAX_CAUSES = 1_000;

let copier: Copier | undefined;

/** A deep copy, made by V8's own serializer. */
export function structuredClone(value: unknown, options?: unknown): unknown {
  if (arguments.length === 0) throw typeError('ERR_MISSING_ARGS', 'The "value" argument must be specified');
  const transfer = (options as Options | null | undefined)?.transfer;
  const transferList = transfer === undefined ? [] : [...(transfer as Iterable<unknown>)];
  const isPlain = (typeof value !== 'object' && typeof value !== 'function') || value === null;
  if (isPlain && typeof value !== 'symbol') return value;
  if (typeof value === 'symbol')
    throw new DOMException(`${symbolToString(value)} could not be cloned.`, 'DataCloneError');
  if (value instanceof DOMException) return copyOf(value);
  try {
    return copy(value, transferList);
  } catch (error) {
    if (error !== NEEDS_CODE) throw cloneError(error);
  }
  const settled = withoutGetters(value, new MapCtor());
  try {
    return copy(settled, transferList);
  } catch (error) {
    throw cloneError(error);
  }
}

function copy(value: unknown, transferList: unknown[]): unknown {
  copier ??= askHost('lib');
  return new copier.ExternalCopy(value, { __proto__: null, transferList }).copy();
}

function cloneError(error: unknown): unknown {
  if (error === NEEDS_CODE) return new DOMException('A getter could not be cloned.', 'DataCloneError');
  const message: unknown = getOwnPropertyDescriptor(error as object, 'message')?.value;
  return typeof message === 'string' ? new DOMException(message, 'DataCloneError') : error;
}

/**
 * The same structure with the values of getters in their place, and the stacks of errors made. What is no plain container
 * is left to the serializer.
 */
function withoutGetters(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (typeof value !== 'object' || value === null || natives.isProxy(value)) return value;
  if (errorIsError(value)) return withStacks(value);
  const known = mapGet(seen, value);
  if (known !== undefined) return known;
  if (isMap(value)) return mapWithoutGetters(value, seen);
  if (isSet(value)) return setWithoutGetters(value, seen);
  const isList = arrayIsArray(value);
  if (!isList && !isRecord(value)) return value;
  const result = (isList ? new ArrayCtor(value.length) : {}) as Record<string, unknown>;
  mapSet(seen, value, result);
  const keys = objectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (!isEnumerable(value, key)) continue;
    const inner = withoutGetters((value as Record<string, unknown>)[key], seen);
    defineVisible(result, key, inner);
  }
  return result;
}

/** Reading a stack makes it. The causes of an error are copied with it. */
function withStacks(error: object): object {
  let depth = 0;
  for (let next: unknown = error; errorIsError(next) && depth < MAX_CAUSES; depth++) {
    read((next as Error).stack);
    next = getOwnPropertyDescriptor(next as object, 'cause')?.value;
  }
  return error;
}

/** The serializer knows only the errors of the language. */
function copyOf(exception: DOMException): DOMException {
  const copied = new DOMException(exception.message, exception.name);
  defineHidden(copied, 'stack', exception.stack);
  return copied;
}

/** Whether V8 would take it for an ordinary object: class instances are, built-ins are not. */
function isRecord(value: object): boolean {
  const tag = objectToString(value);
  return tag === '[object Object]' || getPrototypeOf(value) === null;
}

function mapWithoutGetters(value: object, seen: Map<unknown, unknown>): unknown {
  const result = new MapCtor<unknown, unknown>();
  mapSet(seen, value, result);
  const entries = mapEntries(value);
  for (let next = mapNext(entries); next.done !== true; next = mapNext(entries)) {
    mapSet(result, withoutGetters(next.value[0], seen), withoutGetters(next.value[1], seen));
  }
  return result;
}

function setWithoutGetters(value: object, seen: Map<unknown, unknown>): unknown {
  const result = new SetCtor<unknown>();
  mapSet(seen, value, result);
  const entries = setEntries(value);
  for (let next = setNext(entries); next.done !== true; next = setNext(entries)) {
    setAdd(result, withoutGetters(next.value, seen));
  }
  return result;
}
