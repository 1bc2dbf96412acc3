/* eslint-disable max-lines-per-function, @typescript-eslint/unbound-method -- sent to the guest as one piece of text, with the built-ins as they are before any code of the guest runs */
import type { LayOut } from './layout.ts';

export type Inspect = (value: unknown, depth?: number) => string;

/**
 * Shows values much as Node's util.inspect does. Runs no getters; traps of proxies do run. Sent to the guest as text.
 * A later version brings Node's own.
 */
export function makeInspect(layOut: LayOut): Inspect {
  const maxElements = 100;
  const maxString = 10_000;
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { ownKeys } = Reflect;
  const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);
  const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
  const typedArrayName = getOwnPropertyDescriptor(typedArrayPrototype, Symbol.toStringTag)?.get;

  type Trail = { seen: object[]; circular: Map<object, number>; indentation: number; depth: number; heights: number[] };

  const quote = (text: string): string => {
    const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') ? '`' : "'";
    const escapes: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v', '\\': '\\\\' }; // prettier-ignore
    const inner = text.replace(/[\x00-\x1f\x7f\\'"`]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (char) => {
      if (char === "'" || char === '"' || char === '`') return char === mark ? `\\${char}` : char;
      const code = char.charCodeAt(0);
      return escapes[char] ?? (code < 256 ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16).toUpperCase()}`); // prettier-ignore
    }); // prettier-ignore
    return `${mark}${inner}${mark}`;
  };

  const showString = (text: string): string => {
    if (text.length <= maxString) return quote(text);
    return `${quote(text.slice(0, maxString))}... ${text.length - maxString} more characters`;
  };

  const showPrimitive = (value: unknown): string => {
    if (typeof value === 'string') return showString(value);
    if (typeof value === 'bigint') return `${String(value)}n`;
    return Object.is(value, -0) ? '-0' : String(value);
  };

  /** The name of the nearest constructor, read without running a getter; null for objects without a prototype. */
  const constructorName = (value: object): string | null => {
    for (let object: object | null = value; object !== null; object = getPrototypeOf(object) as object | null) {
      const constructor: unknown = getOwnPropertyDescriptor(object, 'constructor')?.value;
      if (typeof constructor !== 'function') continue;
      const name: unknown = getOwnPropertyDescriptor(constructor, 'name')?.value;
      if (typeof name === 'string' && name !== '') return name;
    }
    return null;
  };

  const showFunction = (value: object): string => {
    const text = Function.prototype.toString.call(value);
    const name: unknown = getOwnPropertyDescriptor(value, 'name')?.value;
    const named = typeof name === 'string' && name !== '';
    if (!text.startsWith('class') || !text.endsWith('}')) {
      const kind = constructorName(value) ?? 'Function';
      return named ? `[${kind}: ${name}]` : `[${kind} (anonymous)]`;
    }
    const parent = getPrototypeOf(value) as object | null;
    const parentName: unknown = parent === null ? undefined : getOwnPropertyDescriptor(parent, 'name')?.value;
    const extending = typeof parentName === 'string' && parentName !== '' ? ` extends ${parentName}` : '';
    return `[class ${named ? name : '(anonymous)'}${extending}]`;
  };

  const showError = (value: Error): string => {
    const stack: unknown = getOwnPropertyDescriptor(value, 'stack')?.value;
    if (typeof stack === 'string' && stack !== '') return stack;
    return `[${Error.prototype.toString.call(value)}]`;
  };

  const showKey = (key: string | symbol): string => {
    if (typeof key === 'symbol') return String(key);
    return /^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key) ? key : quote(key);
  };

  const showProperty = (value: object, key: string | symbol, trail: Trail): string => {
    const descriptor = getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) return `${showKey(key)}: undefined`;
    const { get, set } = descriptor;
    const accessor = get !== undefined ? (set !== undefined ? '[Getter/Setter]' : '[Getter]') : '[Setter]';
    const isAccessor = get !== undefined || set !== undefined;
    const name = descriptor.enumerable === true ? showKey(key) : `[${String(key)}]`;
    return `${name}: ${isAccessor ? accessor : show(descriptor.value, trail)}`;
  };

  const showElements = (value: ArrayLike<unknown>, trail: Trail): string[] => {
    const entries: string[] = [];
    let index = 0;
    while (index < value.length && entries.length < maxElements) {
      const descriptor = getOwnPropertyDescriptor(value, index);
      if (descriptor === undefined) {
        const holesFrom = index;
        while (index < value.length && getOwnPropertyDescriptor(value, index) === undefined && index - holesFrom < 1e6) index++; // prettier-ignore
        // A sparse array may have billions of holes; nobody reads on after the first million.
        if (index - holesFrom >= 1e6) index = value.length;
        entries.push(`<${index - holesFrom} empty item${index - holesFrom === 1 ? '' : 's'}>`);
        continue;
      }
      entries.push('value' in descriptor ? show(descriptor.value, trail) : '[Getter]');
      index++;
    }
    if (index < value.length) entries.push(more(value.length - index));
    return entries;
  };

  const more = (count: number): string => `... ${count} more item${count === 1 ? '' : 's'}`;

  const showCollection = (value: object, trail: Trail): string[] => {
    const isMap = value instanceof Map;
    const items: Iterator<unknown> = isMap ? Map.prototype.entries.call(value) : Set.prototype.values.call(value as Set<unknown>); // prettier-ignore
    const size = isMap ? value.size : (value as Set<unknown>).size;
    const entries: string[] = [];
    for (let step = items.next(); step.done !== true && entries.length < maxElements; step = items.next()) {
      if (isMap) {
        const [key, item] = step.value as [unknown, unknown];
        entries.push(`${show(key, trail)} => ${show(item, trail)}`);
      } else entries.push(show(step.value, trail));
    }
    if (size > entries.length) entries.push(more(size - entries.length));
    return entries;
  };

  type Description = {
    prefix: string;
    brackets?: readonly [string, string];
    /** Shown alone when there are no properties beside it. */
    whole?: string;
    entries?: (trail: Trail) => string[];
    elements?: readonly unknown[];
  };

  const describe = (value: object, name: string): Description => {
    if (Array.isArray(value)) {
      const prefix = name === 'Array' ? '' : `${name}(${value.length})`;
      return { prefix, brackets: ['[', ']'], elements: value, entries: (trail) => showElements(value, trail) };
    }
    const arrayName: unknown = typedArrayName?.call(value);
    if (typeof arrayName === 'string') {
      const array = value as Uint8Array;
      const elements = [0];
      return { prefix: `${name}(${array.length})`, brackets: ['[', ']'], elements, entries: (trail) => showElements(array, trail) }; // prettier-ignore
    }
    if (value instanceof Map || value instanceof Set) {
      return { prefix: `${name}(${value.size})`, entries: (trail) => showCollection(value, trail) };
    }
    if (typeof value === 'function') return { prefix: showFunction(value), whole: showFunction(value) };
    if (value instanceof Error) return { prefix: showError(value), whole: showError(value) };
    if (value instanceof RegExp) return { prefix: RegExp.prototype.toString.call(value), whole: RegExp.prototype.toString.call(value) }; // prettier-ignore
    if (value instanceof Date) {
      const text = Number.isNaN(Date.prototype.getTime.call(value)) ? 'Invalid Date' : Date.prototype.toISOString.call(value); // prettier-ignore
      return { prefix: text, whole: text };
    }
    if (value instanceof WeakMap || value instanceof WeakSet)
      return { prefix: name, entries: () => ['<items unknown>'] };
    if (value instanceof ArrayBuffer) return { prefix: name, entries: () => [`byteLength: ${value.byteLength}`] };
    const tag = tagOf(value);
    if (tag === 'Number' || tag === 'String' || tag === 'Boolean' || tag === 'BigInt' || tag === 'Symbol') {
      const whole = `[${tag}: ${showPrimitive(value.valueOf())}]`;
      return { prefix: whole, whole };
    }
    if (tag === 'Arguments') return { prefix: '[Arguments]', brackets: ['[', ']'], entries: (trail) => showElements(value as ArrayLike<unknown>, trail) }; // prettier-ignore
    return { prefix: tag !== 'Object' && tag !== name ? `${name} [${tag}]` : name === 'Object' ? '' : name };
  };

  const keysOf = (value: object): (string | symbol)[] => {
    const isIndexed = Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof String;
    return ownKeys(value).filter((key) => {
      if (isIndexed && typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key)) return false;
      return getOwnPropertyDescriptor(value, key)?.enumerable === true;
    });
  };

  const isEmpty = (value: object, hasEntries: boolean): boolean => {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return (value as Uint8Array).length === 0;
    return value instanceof Map || value instanceof Set ? value.size === 0 : !hasEntries;
  };

  /** Objects nested below this level; the level above is at least one higher. Empty objects and values do not count. */
  const closeLevel = (trail: Trail, level: number): number => {
    const inside = trail.heights[level] ?? 0;
    trail.heights.length = level;
    const above = level - 1;
    if (above >= 0) trail.heights[above] = Math.max(trail.heights[above] ?? 0, inside + 1);
    return inside;
  };

  const showObject = (value: object, trail: Trail): string => {
    if (trail.seen.includes(value)) {
      const known = trail.circular.get(value) ?? trail.circular.size + 1;
      trail.circular.set(value, known);
      return `[Circular *${known}]`;
    }
    const constructor = constructorName(value);
    const name = constructor ?? `[${tagOf(value)}: null prototype]`;
    const { prefix, whole, entries, brackets = ['{', '}'], elements } = describe(value, name);
    const keys = keysOf(value);
    if (whole !== undefined && keys.length === 0) return whole;
    if (keys.length === 0 && isEmpty(value, entries !== undefined))
      return prefix === '' ? brackets.join('') : `${prefix} ${brackets.join('')}`;
    if (trail.seen.length > trail.depth) {
      return `[${Array.isArray(value) && name === 'Array' ? 'Array' : (constructor ?? name)}]`;
    }
    const level = trail.heights.push(0) - 1;
    trail.seen.push(value);
    trail.indentation += 2;
    const shown = [...(entries?.(trail) ?? [])];
    for (const key of keys.slice(0, maxElements)) shown.push(showProperty(value, key, trail));
    if (keys.length > maxElements) shown.push(more(keys.length - maxElements));
    trail.seen.pop();
    trail.indentation -= 2;
    const reference = trail.circular.get(value);
    const start = reference === undefined ? prefix : `<ref *${reference}>${prefix === '' ? '' : ` ${prefix}`}`;
    const levelsInside = closeLevel(trail, level);
    return layOut(shown, { prefix: start, brackets, elements: keys.length === 0 ? elements : undefined, indentation: trail.indentation, levelsInside }); // prettier-ignore
  };

  const show = (value: unknown, trail: Trail): string =>
    (typeof value === 'object' && value !== null) || typeof value === 'function'
      ? showObject(value, trail)
      : showPrimitive(value);

  return (value, depth = 2) => show(value, { seen: [], circular: new Map(), indentation: 0, depth, heights: [] });
}
