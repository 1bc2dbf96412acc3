import { natives } from '../natives.ts';
import {
  arrayBufferByteLength,
  asyncFunctionPrototype,
  asyncGeneratorFunctionPrototype,
  bigintValueOf,
  booleanValueOf,
  dataViewBuffer,
  dateGetTime,
  errorIsError,
  ErrorCtor,
  generatorFunctionPrototype,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isExtensible,
  mapIteratorPrototype,
  mapSize,
  numberValueOf,
  objectToString,
  promisePrototype,
  regExpSource,
  setIteratorPrototype,
  setSize,
  sharedArrayBufferByteLength,
  stringValueOf,
  symbolToStringTag,
  symbolValueOf,
  typedArrayTag,
  weakMapHas,
  weakSetHas,
} from '../primordials.ts';

/** Checks by what a value is inside, not by what it says of itself; none of them runs code of the guest. */
type Check = (value: unknown) => boolean;

/** A built-in method that refuses every other receiver tells what the receiver is. */
function accepts(probe: (value: unknown) => unknown): Check {
  return (value) => {
    try {
      probe(value);
      return true;
    } catch {
      return false;
    }
  };
}

const someKey = {};

export const isMap = accepts(mapSize);
export const isSet = accepts(setSize);
export const isWeakMap = accepts((value) => weakMapHas(value, someKey));
export const isWeakSet = accepts((value) => weakSetHas(value, someKey));
export const isDate = accepts(dateGetTime);
export const isArrayBuffer = accepts(arrayBufferByteLength);
export const isSharedArrayBuffer = accepts((value) => sharedArrayBufferByteLength(value));
export const isDataView = accepts(dataViewBuffer);
export const isTypedArray: Check = (value) => typedArrayTag(value) !== undefined;
/** `RegExp.prototype` has a source as well, but is none. */
const regExpPrototype = getPrototypeOf(/x/) as object;
export const isRegExp: Check = (value) => value !== regExpPrototype && accepts(regExpSource)(value);

export const isNumberObject = accepts(numberValueOf);
export const isStringObject = accepts(stringValueOf);
export const isBooleanObject = accepts(booleanValueOf);
export const isBigIntObject = accepts(bigintValueOf);
export const isSymbolObject = accepts(symbolValueOf);

export const isFunction: Check = (value) => typeof value === 'function';

export function isError(value: unknown): boolean {
  return errorIsError(value) || inheritsFrom(value, ErrorCtor.prototype);
}

/** Whether `prototype` is among the prototypes of an object, stopping at proxies: looking behind one would run a trap. */
export function inheritsFrom(value: unknown, prototype: object): boolean {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return false;
  let object: object | null = value;
  while (object !== null && !natives.isProxy(object)) {
    object = getPrototypeOf(object) as object | null;
    if (object === prototype) return true;
  }
  return false;
}

/** Only may be one: the inspector has the last word. */
export const mayBePromise: Check = (value) => inheritsFrom(value, promisePrototype);
export const mayBeMapIterator: Check = (value) => inheritsFrom(value, mapIteratorPrototype);
export const mayBeSetIterator: Check = (value) => inheritsFrom(value, setIteratorPrototype);

export function isAsyncFunction(value: unknown): boolean {
  return inheritsFrom(value, asyncFunctionPrototype) || inheritsFrom(value, asyncGeneratorFunctionPrototype);
}

export function isGeneratorFunction(value: unknown): boolean {
  return inheritsFrom(value, generatorFunctionPrototype) || inheritsFrom(value, asyncGeneratorFunctionPrototype);
}

/** An object that says of itself what it is called is taken for an ordinary one: asking could run its code. */
export function isArguments(value: object): boolean {
  for (let object: object | null = value; object !== null; object = getPrototypeOf(object) as object | null) {
    if (natives.isProxy(object) || getOwnPropertyDescriptor(object, symbolToStringTag) !== undefined) return false;
  }
  return objectToString(value) === '[object Arguments]';
}

export function isModuleNamespace(value: object): boolean {
  const tag = getOwnPropertyDescriptor(value, symbolToStringTag);
  return (
    tag?.value === 'Module' &&
    tag.writable === false &&
    tag.configurable === false &&
    getPrototypeOf(value) === null &&
    !isExtensible(value)
  );
}

/** `instanceof`, without the guest's errors. */
export function isInstanceOf(value: unknown, constructor: unknown): boolean {
  try {
    return value instanceof (constructor as new () => unknown);
  } catch {
    return false;
  }
}
