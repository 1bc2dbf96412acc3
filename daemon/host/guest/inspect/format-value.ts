import { includes, list, push } from '../list.ts';
import { natives } from '../natives.ts';
import {
  apply,
  getOwnPropertyDescriptor,
  hasInstance,
  mapGet,
  mapSet,
  mapSize,
  MapCtor,
  ObjectCtor,
  stringRepeat,
  symbolFor,
} from '../primordials.ts';
import { replace } from '../text.ts';
import { formatObject } from './format-object.ts';
import { isTooDeep, type Inspection } from './inspection.ts';
import { layOut } from './layout.ts';
import { formatPrimitive } from './primitives.ts';
import { userOptionsOf } from './user-options.ts';

export type Inspect = (value: unknown, options?: unknown) => string;

const CUSTOM = symbolFor('nodejs.util.inspect.custom');

/**
 * The text of one value.
 * @param depth how many objects enclose it
 * @param isBufferOfArray the value is the buffer of a typed array, whose bytes were printed already
 * @param inspect handed to custom inspect functions
 */
export function formatValue(
  inspection: Inspection,
  value: unknown,
  depth: number,
  isBufferOfArray: boolean,
  inspect: Inspect,
): string {
  if (value === null) return inspection.stylize('null', 'null');
  if (typeof value !== 'object' && typeof value !== 'function') {
    const text = formatPrimitive(inspection, value);
    inspection.charactersLeft -= 8;
    return text;
  }
  let object: object = value;
  if (natives.isProxy(value)) {
    if (inspection.showProxy) return formatProxy(inspection, value, depth);
    const target = proxyTarget(value);
    if (target === null) return inspection.stylize('<Revoked Proxy>', 'special');
    object = target;
  }
  if (inspection.customInspect) {
    const text = formatCustom(inspection, value, object, depth, inspect);
    if (text !== undefined) return text;
  }
  if (includes(inspection.seen, object)) return circularReference(inspection, object);
  return formatObject(inspection, object, depth, isBufferOfArray);
}

/** What is behind all proxies, or null when one of them is revoked. */
function proxyTarget(proxy: object): object | null {
  let target: object | null = proxy;
  while (target !== null && natives.isProxy(target)) target = natives.proxyTarget(target);
  return target;
}

function formatProxy(inspection: Inspection, proxy: object, depth: number): string {
  const target = natives.proxyTarget(proxy);
  if (target === null) return inspection.stylize('<Revoked Proxy>', 'special');
  if (isTooDeep(inspection, depth)) return inspection.stylize('Proxy [Array]', 'special');
  const parts = list<string>();
  inspection.indentation += 2;
  push(parts, inspection.formatValue(target, depth + 1));
  push(parts, inspection.formatValue(natives.proxyHandler(proxy), depth + 1));
  inspection.indentation -= 2;
  return layOut(inspection, parts, '', ['Proxy [', ']'], 'array-extras', depth + 1);
}

/** The text that the object makes of itself, or undefined when it makes none. */
function formatCustom(
  inspection: Inspection,
  value: object,
  object: object,
  depth: number,
  inspect: Inspect,
): string | undefined {
  const custom = (object as Record<symbol, unknown>)[CUSTOM];
  if (typeof custom !== 'function' || custom === inspect) return undefined;
  const constructor: unknown = getOwnPropertyDescriptor(object, 'constructor')?.value;
  if ((constructor as { prototype?: unknown } | null | undefined)?.prototype === object) return undefined;
  const left = inspection.depth === null ? null : inspection.depth - depth;
  const isForeign = value !== object || !hasInstance(ObjectCtor, value);
  const result = apply(custom as () => unknown, value, [
    left,
    userOptionsOf(inspection, isForeign),
    inspect,
  ]) as unknown;
  if (result === value) return undefined;
  if (typeof result !== 'string') return inspection.formatValue(result, depth);
  inspection.charactersLeft -= result.length;
  return replace(result, '\n', `\n${stringRepeat(' ', inspection.indentation)}`, true);
}

function circularReference(inspection: Inspection, object: object): string {
  inspection.circular ??= new MapCtor<unknown, number>();
  let index = mapGet(inspection.circular, object);
  if (index === undefined) {
    index = mapSize(inspection.circular) + 1;
    mapSet(inspection.circular, object, index);
  }
  return inspection.stylize(`[Circular *${index}]`, 'special');
}
