import { entryName, entryNamed, firstEntries } from './entries.ts';
import { at, list, push, type List } from './list.ts';
import { natives } from './natives.ts';
import {
  arrayIsArray,
  functionToString,
  getOwnPropertyDescriptor,
  getOwnPropertyNames,
  getPrototypeOf,
  hasOwn,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  MapCtor,
  objectIs,
  primitivePrototypes,
  stringSlice,
  stringStartsWith,
  stringValueOf,
  typedArrayLength,
} from './primordials.ts';

/**
 * What the host asks while it looks into a session at rest. None of it runs code of the guest. Lists have three items
 * for each variable: name, type (as typeof has it, or null, class or accessor) and what is to be shown.
 */
export type LookTools = {
  /** Properties of globalThis that were not there, or not so, at the start; of those whose name begins so. */
  ownGlobals(prefix: string, max: number): List<unknown>;
  /** The declarations of the top level, given as names and functions that read them, in turn. */
  declared(readers: unknown[]): List<unknown>;
  /** Properties of `holder[0]` and of its prototypes, of those whose name begins so. */
  members(holder: unknown[], prefix: string, max: number): List<unknown>;
  /** The value at the end of a path that begins in `holder[0]`, or in globalThis; nothing where a getter is on the way. */
  read(holder: unknown[] | null, path: string[]): List<unknown>;
  /**
   * What the value at the end of such a path has itself: entries of a Map or Set, a Map's key before its value with KEY
   * before its type; then enumerable properties. Of many the first.
   */
  ownMembers(holder: unknown[] | null, path: string[], max: number): List<unknown>;
  /** What every session has: names, each with its type, as one text. */
  builtIns(): string;
};

/** No type begins so: what stands here is the key of the entry that comes next. */
const KEY = '=>';

/** Longer strings are cut: only a part is shown anyway. */
const MAX_STRING = 250;
/** Names of elements are not listed above this. */
const MAX_ELEMENTS = 1000;
/** Prototypes of prototypes; nobody has more on purpose. */
const MAX_LEVELS = 16;

const global = globalThis;

/**
 * Made before any code of the guest runs, and when everything else is in place.
 * @param isOurs whether a global is not the guest's, though it came later
 */
export function makeLookTools(isOurs: (name: string, property: PropertyDescriptor) => boolean): LookTools {
  const initial = initialGlobals();
  return {
    ownGlobals: (prefix, max) => {
      const found = list<unknown>();
      const now = getOwnPropertyNames(global);
      for (let i = 0; i < now.length && found.length < 3 * max; i++) {
        const name = at(now, i);
        const property = stringStartsWith(name, prefix) ? own(global, name) : undefined;
        if (property === undefined || isOurs(name, property) || isSame(property, initial, name)) continue;
        pushProperty(found, name, property);
      }
      return found;
    },
    declared,
    members,
    read: (holder, path) => read(holder === null ? global : holder[0], path, isOurs),
    ownMembers: (holder, path, max) =>
      ownMembers(follow(holder === null ? global : holder[0], path, path.length, isOurs), max),
    builtIns: () => builtInsOf(initial),
  };
}

/**
 * What the global object had at first: values and, for the few that have one, getters. Few sessions ever ask; descriptors
 * would take 40 KiB of each, and so would knowing which functions are classes.
 */
type Globals = { values: Map<string, unknown>; getters: Map<string, unknown> };

function initialGlobals(): Globals {
  const names = getOwnPropertyNames(global);
  const values = new MapCtor<string, unknown>();
  const getters = new MapCtor<string, unknown>();
  for (let i = 0; i < names.length; i++) {
    const name = at(names, i);
    const property = own(global, name);
    if (property === undefined) continue;
    if (hasOwn(property, 'value')) mapSet(values, name, property.value);
    else mapSet(getters, name, property.get);
  }
  return { values, getters };
}

function isSame(property: PropertyDescriptor, { values, getters }: Globals, name: string): boolean {
  if (!hasOwn(property, 'value')) return mapHas(getters, name) && mapGet(getters, name) === property.get;
  return mapHas(values, name) && objectIs(mapGet(values, name), property.value);
}

/** Names with what they are, as `NAME:KIND`. */
function builtInsOf({ values, getters }: Globals): string {
  let builtIns = '';
  mapForEach(values, (value, name) => {
    builtIns += `${builtIns === '' ? '' : ' '}${name}:${typeOf(value)}`;
  });
  mapForEach(getters, (_, name) => {
    builtIns += `${builtIns === '' ? '' : ' '}${name}:object`;
  });
  return builtIns;
}

function declared(readers: unknown[]): List<unknown> {
  const found = list<unknown>();
  for (let i = 0; i < readers.length; i += 2) {
    push(found, readers[i]);
    try {
      const value = (readers[i + 1] as () => unknown)();
      push(found, typeOf(value));
      push(found, shown(value));
    } catch {
      // Its initialiser has thrown, or waits.
      push(found, 'undefined');
      push(found, '<uninitialized>');
    }
  }
  return found;
}

function members(holder: unknown[], prefix: string, max: number): List<unknown> {
  const found = list<unknown>();
  let object = ownerOf(holder[0]);
  for (let level = 0; level < MAX_LEVELS && object !== null && found.length < 3 * max; level++) {
    // Its traps would run.
    if (natives.isProxy(object)) break;
    const names = countElements(object) > MAX_ELEMENTS ? ['length'] : getOwnPropertyNames(object);
    for (let i = 0; i < names.length && found.length < 3 * max; i++) {
      const name = at(names, i);
      const property = stringStartsWith(name, prefix) ? own(object, name) : undefined;
      if (property !== undefined) pushProperty(found, name, property);
    }
    // Where the next prototype begins.
    push(found, '');
    push(found, '');
    push(found, '');
    object = getPrototypeOf(object) as object | null;
  }
  return found;
}

type IsOurs = (name: string, property: PropertyDescriptor) => boolean;

function read(start: unknown, path: string[], isOurs: IsOurs): List<unknown> {
  const found = list<unknown>();
  const whole = follow(start, path, path.length, isOurs);
  if (whole !== undefined) {
    push(found, '');
    push(found, typeOf(whole.value));
    push(found, shown(whole.value));
    return found;
  }
  const owner = follow(start, path, path.length - 1, isOurs);
  const name = path[path.length - 1] as string;
  const property = owner === undefined ? undefined : findProperty(owner.value, name);
  if (property !== undefined) pushProperty(found, name, property);
  return found;
}

/** The value after the first `count` names; undefined when one of them is missing, or is a getter of the guest. */
function follow(start: unknown, path: string[], count: number, isOurs: IsOurs): { value: unknown } | undefined {
  let value = start;
  for (let i = 0; i < count; i++) {
    const name = path[i] as string;
    const entry = entryOf(value, name);
    if (entry !== undefined) {
      value = entry.value;
      continue;
    }
    const property = findProperty(value, name);
    if (property === undefined) return undefined;
    if (hasOwn(property, 'value')) value = property.value;
    else if (value === global && isOurs(name, property)) value = property.get?.();
    else return undefined;
  }
  return { value };
}

function ownMembers(owner: { value: unknown } | undefined, max: number): List<unknown> {
  const found = list<unknown>();
  const value = owner?.value;
  const isObject = typeof value === 'function' || (typeof value === 'object' && value !== null);
  // A proxy's traps would run.
  if (!isObject || natives.isProxy(value)) return found;
  firstEntries(value, max, (entry, index) => {
    const name = entryName(index);
    if (hasOwn(entry, 'key')) pushValue(found, name, KEY + typeOf(entry.key), entry.key);
    pushValue(found, name, typeOf(entry.value), entry.value);
  });
  const elements = countElements(value);
  // The names of all elements of a very long list would take longer to make than anyone waits.
  const names = elements > MAX_ELEMENTS ? undefined : getOwnPropertyNames(value);
  const count = names === undefined ? elements : names.length;
  for (let i = 0; i < count && found.length < 3 * max; i++) {
    const name = names === undefined ? `${i}` : at(names, i);
    const property = own(value, name);
    if (property?.enumerable === true) pushProperty(found, name, property);
  }
  return found;
}

/** A proxy's entries are only to be had by its traps. */
function entryOf(value: unknown, name: string): { value: unknown } | undefined {
  if (typeof value !== 'object' || value === null || natives.isProxy(value)) return undefined;
  return entryNamed(value, name);
}

/** Where `value.name` would be read from. */
function findProperty(value: unknown, name: string): PropertyDescriptor | undefined {
  if (typeof value === 'string') {
    const property = own(value as unknown as object, name);
    if (property !== undefined) return property;
  }
  let object = ownerOf(value);
  for (let level = 0; level < MAX_LEVELS && object !== null; level++) {
    // Its traps would run.
    if (natives.isProxy(object)) return undefined;
    const property = own(object, name);
    if (property !== undefined) return property;
    object = getPrototypeOf(object) as object | null;
  }
  return undefined;
}

/** Where members are looked up: in the value itself, or in what a primitive has for it. */
function ownerOf(value: unknown): object | null {
  if (typeof value === 'object' || typeof value === 'function') return value;
  return primitivePrototypes[typeof value] ?? null;
}

function pushProperty(found: List<unknown>, name: string, property: PropertyDescriptor): void {
  const isData = hasOwn(property, 'value');
  if (isData) pushValue(found, name, typeOf(property.value), property.value);
  else pushValue(found, name, 'accessor', '[Getter]');
}

function pushValue(found: List<unknown>, name: string, type: string, value: unknown): void {
  push(found, name);
  push(found, type);
  push(found, shown(value));
}

function own(object: object, name: string): PropertyDescriptor | undefined {
  try {
    return getOwnPropertyDescriptor(object, name);
  } catch {
    // A module's binding that is not initialised yet.
    return undefined;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'function' || natives.isProxy(value)) return typeof value;
  // Only classes, and the language's own constructors, have one that cannot be replaced.
  const prototype = own(value, 'prototype');
  return prototype !== undefined && hasOwn(prototype, 'value') && prototype.writable === false ? 'class' : 'function';
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return stringSlice(value, 0, MAX_STRING);
  if (typeof value !== 'function' || natives.isProxy(value)) return value;
  const name = nameOf(value);
  if (stringSlice(functionToString(value), 0, 5) === 'class') return `[class ${name === '' ? '(anonymous)' : name}]`;
  return name === '' ? '[Function (anonymous)]' : `[Function: ${name}]`;
}

function nameOf(fn: object): string {
  const property = own(fn, 'name');
  const name: unknown = property !== undefined && hasOwn(property, 'value') ? property.value : '';
  return typeof name === 'string' ? stringSlice(name, 0, MAX_STRING) : '';
}

function countElements(object: object): number {
  if (arrayIsArray(object)) return object.length;
  try {
    return typedArrayLength(object);
  } catch {
    // No typed array.
  }
  try {
    return stringValueOf(object).length;
  } catch {
    return 0;
  }
}
