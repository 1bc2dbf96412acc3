import {
  isArrayBuffer,
  isError,
  isMap,
  isRegExp,
  isSet,
  isSharedArrayBuffer,
  isTypedArray,
  isWeakMap,
  isWeakSet,
  mayBePromise,
} from './inspect/types.ts';
import { natives } from './natives.ts';
import { arrayIsArray, getOwnPropertyDescriptor, jsonStringify, objectKeys } from './primordials.ts';

/** Deeper structures are left out: everything that JSON passes through on its way works recursively. */
const MAX_DEPTH = 200;

/** The JSON text of a value; undefined when it has none, would be misleading, or is longer than that many characters. */
export function jsonOf(value: unknown, maxChars: number): string | undefined {
  try {
    if (isOpaque(value) || charsAtLeast(value, maxChars, 0) > maxChars) return undefined;
    const text = jsonStringify(value) as string | undefined;
    return text !== undefined && text.length <= maxChars ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Their JSON would be {} or a list of bytes: worse than none. */
function isOpaque(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || natives.isProxy(value)) return false;
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false;
  if (isMap(value) || isSet(value) || isWeakMap(value) || isWeakSet(value) || mayBePromise(value)) return true;
  return isRegExp(value) || isError(value) || isArrayBuffer(value) || isSharedArrayBuffer(value) || isTypedArray(value);
}

/**
 * A lower bound of the length of the text, so that a huge value is not turned into a huge string first. What would run a
 * getter or a trap counts as too long: looking at a result must not change it, nor take as long as the guest likes.
 */
function charsAtLeast(value: unknown, limit: number, depth: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > MAX_DEPTH || natives.isProxy(value)) return limit + 1;
  let chars = 2;
  if (arrayIsArray(value)) {
    if (value.length > limit) return limit + 1;
    for (let i = 0; i < value.length && chars <= limit; i++) {
      chars += 1 + charsOf(getOwnPropertyDescriptor(value, i), limit - chars, depth);
    }
    return chars;
  }
  const keys = objectKeys(value);
  for (let i = 0; i < keys.length && chars <= limit; i++) {
    const key = keys[i] as string;
    const property = getOwnPropertyDescriptor(value, key);
    const inner: unknown = property?.value;
    if (isLeftOut(inner) && property?.get === undefined) continue;
    chars += key.length + 4 + charsOf(property, limit - chars, depth);
  }
  return chars;
}

function charsOf(property: PropertyDescriptor | undefined, limit: number, depth: number): number {
  return property?.get === undefined ? charsAtLeast(property?.value, limit, depth + 1) : limit + 1;
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}
