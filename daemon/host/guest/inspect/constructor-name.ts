import { includes, list, pop, push, type List } from '../list.ts';
import {
  ArrayBufferCtor,
  ArrayCtor,
  DateCtor,
  ErrorCtor,
  FunctionCtor,
  MapCtor,
  NumberCtor,
  ObjectCtor,
  PromiseCtor,
  RangeErrorCtor,
  SetCtor,
  StringCtor,
  TypeErrorCtor,
  WeakMapCtor,
  WeakSetCtor,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasInstance,
  hasOwn,
  isBuiltInName,
  ownKeys,
  stringIndexOf,
  stringToLowerCase,
} from '../primordials.ts';
import { cut } from '../text.ts';
import { isTooDeep, MAX_NAME_LENGTH, type Inspection } from './inspection.ts';
import { formatProperty } from './properties.ts';
import { isInstanceOf } from './types.ts';

type Constructor = abstract new (...args: never[]) => object;

/** Known by their prototype, whatever became of its `constructor`. */
const WELL_KNOWN: readonly (readonly [string, Constructor])[] = [
  ['Array', ArrayCtor],
  ['ArrayBuffer', ArrayBufferCtor],
  ['Function', FunctionCtor],
  ['Map', MapCtor],
  ['Set', SetCtor],
  ['Object', ObjectCtor],
  ['TypedArray', getPrototypeOf(Uint8Array) as Constructor],
  ['RegExp', RegExp],
  ['Date', DateCtor],
  ['DataView', DataView],
  ['Error', ErrorCtor],
  ['AggregateError', AggregateError],
  ['RangeError', RangeErrorCtor],
  ['TypeError', TypeErrorCtor],
  ['Boolean', Boolean],
  ['Number', NumberCtor],
  ['String', StringCtor],
  ['Promise', PromiseCtor],
  ['WeakMap', WeakMapCtor],
  ['WeakSet', WeakSetCtor],
];

/** The deepest prototype whose properties `showHidden` adds. */
const MAX_PROTOTYPES = 3;

/**
 * The name of the class that an object is of, or null when it has no prototype.
 * @param extra receives the formatted properties of the user's prototypes; absent when they are not asked for
 */
export function constructorName(
  inspection: Inspection,
  value: object,
  depth: number,
  extra?: List<string>,
): string | null {
  let first: object | null | undefined;
  for (let object: object | null = value; object !== null;) {
    const name = nameFrom(value, object);
    if (name !== undefined) {
      const isOwnClass = first !== object || (!name.wellKnown && !isBuiltInName(name.text));
      if (extra !== undefined && isOwnClass) addPrototypeProperties(inspection, value, first ?? value, depth, extra);
      return name.text;
    }
    object = getPrototypeOf(object) as object | null;
    if (first === undefined) first = object;
  }
  if (first === null || first === undefined) return null;
  // A chain of prototypes of which none has a constructor.
  if (isTooDeep(inspection, depth)) return 'Object <Complex prototype>';
  const inner = constructorName(inspection, first, depth + 1, extra);
  if (inner !== null) return `Object <${inner}>`;
  const outer = inspection.depth;
  const custom = inspection.customInspect;
  inspection.depth = -1;
  inspection.customInspect = false;
  const text = inspection.formatValue(first, 0);
  inspection.depth = outer;
  inspection.customInspect = custom;
  return `Object <${text}>`;
}

function nameFrom(value: object, object: object): { text: string; wellKnown: boolean } | undefined {
  for (let i = 0; i < WELL_KNOWN.length; i++) {
    const known = WELL_KNOWN[i] as readonly [string, Constructor];
    if (known[1].prototype === object && hasInstance(known[1], value)) return { text: known[0], wellKnown: true };
  }
  const constructor: unknown = getOwnPropertyDescriptor(object, 'constructor')?.value;
  if (typeof constructor !== 'function') return undefined;
  const { name } = constructor as { name: unknown };
  if (name === '' || !isInstanceOf(value, constructor)) return undefined;
  return { text: cut(StringCtor(name), MAX_NAME_LENGTH), wellKnown: false };
}

/** Properties that are not functions, of up to three prototypes, as if they were the object's own. */
function addPrototypeProperties(
  inspection: Inspection,
  main: object,
  start: object,
  depth: number,
  output: List<string>,
): void {
  let object = start;
  const known = list<string | symbol>();
  for (let level = 0; level < MAX_PROTOTYPES; level++) {
    if (level !== 0 || main === object) {
      const next = getPrototypeOf(object) as object | null;
      if (next === null) return;
      object = next;
      const constructor: unknown = getOwnPropertyDescriptor(object, 'constructor')?.value;
      if (typeof constructor === 'function' && isBuiltInName(constructor.name)) return;
    }
    const keys = ownKeys(object);
    push(inspection.seen, main);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string | symbol;
      if (key === 'constructor' || hasOwn(main, key) || (level !== 0 && includes(known, key))) continue;
      const property = getOwnPropertyDescriptor(object, key);
      if (property === undefined || typeof property.value === 'function') continue;
      const text = formatProperty(inspection, object, depth, key, 'object', property, main);
      push(output, inspection.colors ? `\u001b[2m${text}\u001b[22m` : text);
    }
    pop(inspection.seen);
    for (let i = 0; i < keys.length; i++) push(known, keys[i] as string | symbol);
  }
}

/** `Class(size) [tag] `, with what is missing or unusual spelled out. */
export function prefixOf(constructor: string | null, tag: string, fallback: string, size = ''): string {
  if (constructor === null) {
    const suffix = tag !== '' && fallback !== tag ? `[${tag}] ` : '';
    return `[${fallback}${size}: null prototype] ${suffix}`;
  }
  const result = `${constructor}${size} `;
  return tag !== '' && !isPartOfName(constructor, tag) ? `${result}[${tag}] ` : result;
}

/** Whether the name holds the tag as a word of its own: `Generator` in `AsyncGenerator`, not `Set` in `Settings`. */
function isPartOfName(constructor: string, tag: string): boolean {
  const position = stringIndexOf(constructor, tag);
  if (position === -1) return false;
  const end = position + tag.length;
  const next = constructor[end];
  return end === constructor.length || next !== stringToLowerCase(next ?? '');
}

export function objectPrefix(constructor: string | null, tag: string): string {
  return prefixOf(constructor, tag, constructor === null ? 'Object' : '');
}
