/**
 * Built-ins as they were before any guest code ran. Guest code may patch every prototype and global that it can reach;
 * what runs beside it uses only these, own properties, and lists without a prototype.
 */

const { bind, call } = Function.prototype;

/** Turns a method into a function whose first argument is the receiver. */
const uncurry = bind.bind(call) as <A extends unknown[], R>(
  method: (...args: A) => R,
) => (self: unknown, ...args: A) => R;

type Getter<R> = (self: unknown) => R;

/** The getter of an accessor, as a function of its receiver. */
function getterOf(prototype: object, key: string | symbol): (self: unknown) => unknown {
  return uncurry(Object.getOwnPropertyDescriptor(prototype, key)?.get as () => unknown);
}

function refuse(): never {
  throw new TypeError('not available');
}

export const {
  Array: ArrayCtor,
  ArrayBuffer: ArrayBufferCtor,
  BigInt: BigIntFrom,
  Boolean: BooleanFrom,
  Date: DateCtor,
  Error: ErrorCtor,
  Function: FunctionCtor,
  Map: MapCtor,
  Number: NumberCtor,
  Object: ObjectCtor,
  Promise: PromiseCtor,
  RangeError: RangeErrorCtor,
  Set: SetCtor,
  String: StringCtor,
  Symbol: SymbolCtor,
  SyntaxError: SyntaxErrorCtor,
  TypeError: TypeErrorCtor,
  Uint8Array: Uint8ArrayCtor,
  WeakMap: WeakMapCtor,
  WeakSet: WeakSetCtor,
} = globalThis;

export const arrayIsArray = Array.isArray;
export const arraySome = uncurry(Array.prototype.some);
export const { is: objectIs, keys: objectKeys, create: objectCreate, freeze: objectFreeze } = Object;
export const { hasOwn, getOwnPropertyNames, getOwnPropertySymbols, isExtensible, entries: objectEntries } = Object;
export const { defineProperty, getPrototypeOf, setPrototypeOf, assign } = Object;
/** As a copy that no setter sees; what it has not itself comes from the guest's prototypes. */
export const { getOwnPropertyDescriptor: ownProperty } = Object;
export const { ownKeys, apply, construct, deleteProperty } = Reflect;
export const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);
/** Where the members of primitive values are, by typeof. */
export const primitivePrototypes = {
  __proto__: null,
  string: String.prototype,
  number: Number.prototype,
  bigint: BigInt.prototype,
  boolean: Boolean.prototype,
  symbol: Symbol.prototype,
} as unknown as Readonly<Record<string, object | undefined>>;
export const objectToString = uncurry(Object.prototype.toString);

export const functionToString = uncurry(Function.prototype.toString);
export const hasInstance = uncurry(Function.prototype[Symbol.hasInstance]);

export const stringCharAt = uncurry(String.prototype.charAt);
export const stringCharCodeAt = uncurry(String.prototype.charCodeAt);
export const stringCodePointAt = uncurry(String.prototype.codePointAt);
export const stringEndsWith = uncurry(String.prototype.endsWith);
export const stringIncludes = uncurry(String.prototype.includes);
export const stringIndexOf = uncurry(String.prototype.indexOf);
export const stringLastIndexOf = uncurry(String.prototype.lastIndexOf);
export const stringNormalize = uncurry(String.prototype.normalize) as (self: string, form: string) => string;
export const stringPadEnd = uncurry(String.prototype.padEnd);
export const stringPadStart = uncurry(String.prototype.padStart);
export const stringRepeat = uncurry(String.prototype.repeat);
export const stringSlice = uncurry(String.prototype.slice);
export const stringStartsWith = uncurry(String.prototype.startsWith);
export const stringToLowerCase = uncurry(String.prototype.toLowerCase);
export const stringToWellFormed = uncurry(String.prototype.toWellFormed);
export const stringTrim = uncurry(String.prototype.trim);
export const stringValueOf = uncurry(String.prototype.valueOf);
export const stringFromCharCode = String.fromCharCode;

export const {
  isFinite: numberIsFinite,
  isInteger: numberIsInteger,
  isNaN: numberIsNaN,
  isSafeInteger: numberIsSafeInteger,
} = Number;
export const { parseFloat: numberParseFloat, parseInt: numberParseInt } = Number;
export const numberToFixed = uncurry(Number.prototype.toFixed);
export const numberToString = uncurry(Number.prototype.toString);
export const numberValueOf = uncurry(Number.prototype.valueOf);
export const booleanValueOf = uncurry(Boolean.prototype.valueOf);
export const bigintValueOf = uncurry(BigInt.prototype.valueOf);
export const symbolToString = uncurry(Symbol.prototype.toString);
export const symbolValueOf = uncurry(Symbol.prototype.valueOf);
export const { floor, max, min, round, sqrt, trunc, random } = Math;

export const dateGetTime = uncurry(Date.prototype.getTime);
export const dateNow = Date.now;
export const dateToISOString = uncurry(Date.prototype.toISOString);
export const dateToString = uncurry(Date.prototype.toString);

export const regExpExec = uncurry(RegExp.prototype.exec);
export const regExpSource = getterOf(RegExp.prototype, 'source') as Getter<string>;
const regExpFlags = [
  ['d', getterOf(RegExp.prototype, 'hasIndices') as Getter<boolean>],
  ['g', getterOf(RegExp.prototype, 'global') as Getter<boolean>],
  ['i', getterOf(RegExp.prototype, 'ignoreCase') as Getter<boolean>],
  ['m', getterOf(RegExp.prototype, 'multiline') as Getter<boolean>],
  ['s', getterOf(RegExp.prototype, 'dotAll') as Getter<boolean>],
  ['u', getterOf(RegExp.prototype, 'unicode') as Getter<boolean>],
  ['v', getterOf(RegExp.prototype, 'unicodeSets') as Getter<boolean>],
  ['y', getterOf(RegExp.prototype, 'sticky') as Getter<boolean>],
] as const;

/** `/source/flags`, whatever the guest made of `flags` and `toString`. Throws for what is no regular expression. */
export function regExpToString(value: unknown): string {
  let flags = '';
  for (let i = 0; i < regExpFlags.length; i++) {
    const flag = regExpFlags[i] as (typeof regExpFlags)[number];
    if (flag[1](value)) flags += flag[0];
  }
  return `/${regExpSource(value)}/${flags}`;
}

export const mapDelete = uncurry(Map.prototype.delete);
export const mapEntries = uncurry(Map.prototype.entries);
export const mapHas = uncurry(Map.prototype.has);
export const mapForEach = uncurry(Map.prototype.forEach) as <K, V>(
  map: Map<K, V>,
  callback: (value: V, key: K) => void,
) => void;
export const mapSize = getterOf(Map.prototype, 'size') as Getter<number>;
export const mapIteratorPrototype = getPrototypeOf(new Map().entries()) as object;
export const mapNext = uncurry(new Map().entries().next) as (self: unknown) => IteratorResult<[unknown, unknown]>;
export const setEntries = uncurry(Set.prototype.values);
export const setHas = uncurry(Set.prototype.has);
export const setAdd = uncurry(Set.prototype.add);
export const setDelete = uncurry(Set.prototype.delete);
export const setSize = getterOf(Set.prototype, 'size') as Getter<number>;
export const setIteratorPrototype = getPrototypeOf(new Set().values()) as object;
export const setNext = uncurry(new Set().values().next) as (self: unknown) => IteratorResult<unknown>;
export const weakMapHas = uncurry(WeakMap.prototype.has);
export const weakSetHas = uncurry(WeakSet.prototype.has);
export const weakSetAdd = uncurry(WeakSet.prototype.add);
export const weakRefDeref = uncurry(WeakRef.prototype.deref);

/** What a template makes of a value: as String() does, except that symbols throw. */
export function toText(value: unknown): string {
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- this is what it is for
  return `${value}`;
}

/** Inherits nothing: a guest may have given `Object.prototype` a getter called `get` or `value`. */
export function getOwnPropertyDescriptor(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  const property = ownProperty(object, key);
  return property === undefined ? undefined : (setPrototypeOf(property, null) as PropertyDescriptor);
}

/** Typed access to the maps that our own code keeps. */
export const mapGet = uncurry(Map.prototype.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined;
export const mapSet = uncurry(Map.prototype.set) as <K, V>(map: Map<K, V>, key: K, value: V) => Map<K, V>;
export const weakMapGet = uncurry(WeakMap.prototype.get) as <K extends object, V>(
  map: WeakMap<K, V>,
  key: K,
) => V | undefined;
export const weakMapSet = uncurry(WeakMap.prototype.set) as <K extends object, V>(
  map: WeakMap<K, V>,
  key: K,
  value: V,
) => WeakMap<K, V>;

export const promiseThen = uncurry(Promise.prototype.then) as (
  self: Promise<unknown>,
  fulfilled?: (value: unknown) => unknown,
  rejected?: (reason: unknown) => unknown,
) => Promise<unknown>;
export const promisePrototype = Promise.prototype;
export const promiseResolve = bind.call(Promise.resolve, Promise) as (value?: unknown) => Promise<unknown>;

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
export const typedArrayTag = getterOf(typedArrayPrototype, Symbol.toStringTag) as Getter<string | undefined>;
export const typedArrayLength = getterOf(typedArrayPrototype, 'length') as Getter<number>;
export const typedArrayBuffer = getterOf(typedArrayPrototype, 'buffer') as Getter<ArrayBufferLike>;
export const typedArrayByteLength = getterOf(typedArrayPrototype, 'byteLength') as Getter<number>;
export const typedArrayByteOffset = getterOf(typedArrayPrototype, 'byteOffset') as Getter<number>;
export const typedArraySet = uncurry<never[], unknown>(Uint8Array.prototype.set) as (
  self: unknown,
  source: ArrayLike<number>,
  offset?: number,
) => void;
export const typedArraySubarray = uncurry(Uint8Array.prototype.subarray) as (
  self: Uint8Array,
  from?: number,
  to?: number,
) => Uint8Array;
export const typedArraySlice = uncurry(Uint8Array.prototype.slice) as typeof typedArraySubarray;
export const arrayBufferByteLength = getterOf(ArrayBuffer.prototype, 'byteLength') as Getter<number>;
export const arrayBufferSlice = uncurry(ArrayBuffer.prototype.slice) as (
  self: unknown,
  from: number,
  to: number,
) => ArrayBuffer;
export let sharedArrayBufferByteLength: (self: unknown) => number = refuse;
export const dataViewBuffer = getterOf(DataView.prototype, 'buffer') as Getter<ArrayBufferLike>;
export const dataViewByteLength = getterOf(DataView.prototype, 'byteLength') as Getter<number>;
export const dataViewByteOffset = getterOf(DataView.prototype, 'byteOffset') as Getter<number>;
export const arrayBufferIsView = ArrayBuffer.isView;

export const errorToString = uncurry(Error.prototype.toString);
/** V8's own; not in the language's library. */
const { captureStackTrace: capture } = Error as unknown as {
  captureStackTrace: (target: object, below?: object) => void;
};
export const captureStackTrace = capture;
export let errorIsError: (value: unknown) => boolean = refuse;
export const { parse: jsonParse, stringify: jsonStringify } = JSON;

// eslint-disable-next-line @typescript-eslint/require-await -- only its prototype is wanted
export const asyncFunctionPrototype = getPrototypeOf(async () => undefined) as object;
export const generatorFunctionPrototype = getPrototypeOf(function* (): Generator<never> {
  // Only its prototype is wanted.
}) as object;
export const asyncGeneratorFunctionPrototype = getPrototypeOf(async function* (): AsyncGenerator<never> {
  // Only its prototype is wanted.
}) as object;

export const symbolIterator: typeof Symbol.iterator = Symbol.iterator;
export const symbolToStringTag: typeof Symbol.toStringTag = Symbol.toStringTag;
export const symbolToPrimitive: typeof Symbol.toPrimitive = Symbol.toPrimitive;
export const symbolFor = Symbol.for;
export const MAX_SAFE_INTEGER: number = Number.MAX_SAFE_INTEGER;

/** Globals that look like classes, as Node's inspect knows its built-ins; complete after `captureLate`. */
const builtInNames = new Set<string>();

/**
 * Called once in each new context, before any guest code: V8 adds some built-ins only after a snapshot was made, and by
 * now every global of ours is in place.
 */
export function captureLate(): void {
  sharedArrayBufferByteLength = getterOf(SharedArrayBuffer.prototype, 'byteLength') as Getter<number>;
  errorIsError = (Error as unknown as { isError: (value: unknown) => boolean }).isError;
  const names = getOwnPropertyNames(globalThis);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (regExpExec(/^[A-Z][a-zA-Z0-9]+$/, name) !== null) setAdd(builtInNames, name);
  }
}

export function isBuiltInName(name: string): boolean {
  return setHas(builtInNames, name);
}
