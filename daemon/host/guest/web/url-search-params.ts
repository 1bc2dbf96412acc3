import { typeError } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { inspectValue } from '../inspect/inspect.ts';
import { at, list, push, sort, type List } from '../list.ts';
import {
  apply,
  getPrototypeOf,
  isEnumerable,
  objectCreate,
  ownKeys,
  StringCtor,
  stringCharCodeAt,
  stringIndexOf,
  stringSlice,
  stringStartsWith,
  stringToWellFormed,
  symbolIterator,
  TypeErrorCtor,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts';
import { split } from '../text.ts';
import { INSPECT } from './event.ts';
import { decodeForm, encodeForm } from './percent.ts';

type Pair = { name: string; value: string };
type Kind = 'keys' | 'values' | 'entries';

const wellFormed = (value: unknown): string => stringToWellFormed(StringCtor(value));

/** The names and values of a query. */
export class URLSearchParams {
  #pairs: List<Pair> = list();
  #onChange: (() => void) | undefined;

  constructor(init: unknown = undefined) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object' && typeof init !== 'function') {
      const text = StringCtor(init);
      this.#pairs = parseQuery(stringStartsWith(text, '?') ? stringSlice(text, 1) : text);
    } else if (#pairs in init) {
      for (let i = 0; i < init.#pairs.length; i++) push(this.#pairs, { ...at(init.#pairs, i) });
    } else {
      this.#pairs = pairsFrom(init);
    }
  }

  /** For URLs, which know of each change and make changes themselves. */
  static connect(params: URLSearchParams, onChange: () => void): (query: string) => void {
    params.#onChange = onChange;
    return (query) => {
      params.#pairs = parseQuery(query);
    };
  }

  static pairsOf(params: URLSearchParams): List<Pair> {
    return params.#pairs;
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    requireArguments(arguments.length, 2);
    push(this.#pairs, { name: wellFormed(name), value: wellFormed(value) });
    this.#onChange?.();
  }

  delete(name: unknown, value: unknown = undefined): void {
    requireArguments(arguments.length, 1);
    this.#keep((pair) => !isMatch(pair, name, value));
    this.#onChange?.();
  }

  get(name: unknown): string | null {
    requireArguments(arguments.length, 1);
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = at(this.#pairs, i);
      if (isMatch(pair, name)) return pair.value;
    }
    return null;
  }

  getAll(name: unknown): string[] {
    requireArguments(arguments.length, 1);
    const values: string[] = [];
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = at(this.#pairs, i);
      if (isMatch(pair, name)) push(values, pair.value);
    }
    return values;
  }

  has(name: unknown, value: unknown = undefined): boolean {
    requireArguments(arguments.length, 1);
    for (let i = 0; i < this.#pairs.length; i++) if (isMatch(at(this.#pairs, i), name, value)) return true;
    return false;
  }

  set(name: unknown, value: unknown): void {
    requireArguments(arguments.length, 2);
    let found: Pair | undefined;
    this.#keep((pair) => {
      if (!isMatch(pair, name)) return true;
      if (found !== undefined) return false;
      found = pair;
      return true;
    });
    if (found === undefined) push(this.#pairs, { name: wellFormed(name), value: wellFormed(value) });
    else found.value = wellFormed(value);
    this.#onChange?.();
  }

  sort(): void {
    sort(this.#pairs, (a, b) => compareUnits(a.name, b.name));
    this.#onChange?.();
  }

  entries(): IterableIterator<[string, string]> {
    return iterate(this, 'entries') as IterableIterator<[string, string]>;
  }

  forEach(callback: unknown, receiver: unknown = undefined): void {
    if (typeof callback !== 'function') {
      throw typeError('ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function.');
    }
    for (let i = 0; i < this.#pairs.length; i++) {
      const { name, value } = at(this.#pairs, i);
      apply(callback as () => unknown, receiver, [value, name, this]);
    }
  }

  keys(): IterableIterator<string> {
    return iterate(this, 'keys') as IterableIterator<string>;
  }

  values(): IterableIterator<string> {
    return iterate(this, 'values') as IterableIterator<string>;
  }

  toString(): string {
    let text = '';
    for (let i = 0; i < this.#pairs.length; i++) {
      const { name, value } = at(this.#pairs, i);
      text += `${i === 0 ? '' : '&'}${encodeForm(name)}=${encodeForm(value)}`;
    }
    return text;
  }

  #keep(condition: (pair: Pair) => boolean): void {
    const kept = list<Pair>();
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = at(this.#pairs, i);
      if (condition(pair)) push(kept, pair);
    }
    this.#pairs = kept;
  }

  [INSPECT](depth: number | null, options: object): string {
    if (depth !== null && depth < 0) return '[Object]';
    if (this.#pairs.length === 0) return 'URLSearchParams {}';
    let text = '';
    for (let i = 0; i < this.#pairs.length; i++) {
      const { name, value } = at(this.#pairs, i);
      text += `${i === 0 ? '' : ', '}${inspectValue(name, options)} => ${inspectValue(value, options)}`;
    }
    return `URLSearchParams { ${text} }`;
  }
}

const { connect, pairsOf } = URLSearchParams;
export { connect as connectParams };
Reflect.deleteProperty(URLSearchParams, 'connect');
Reflect.deleteProperty(URLSearchParams, 'pairsOf');
Object.defineProperty(URLSearchParams.prototype, symbolIterator, {
  value: URLSearchParams.prototype.entries,
  writable: true,
  configurable: true,
  enumerable: false,
});
finishWebClass(URLSearchParams, 'URLSearchParams');

function isMatch(pair: Pair, name: unknown, value?: unknown): boolean {
  return pair.name === wellFormed(name) && (value === undefined || pair.value === wellFormed(value));
}

function compareUnits(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = stringCharCodeAt(a, i) - stringCharCodeAt(b, i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function requireArguments(given: number, needed: number): void {
  if (given >= needed) return;
  const names = needed === 1 ? 'The "name" argument' : 'The "name" and "value" arguments';
  throw typeError('ERR_MISSING_ARGS', `${names} must be specified`);
}

function parseQuery(query: string): List<Pair> {
  const pairs = list<Pair>();
  const parts = split(query, '&');
  for (let i = 0; i < parts.length; i++) {
    const part = at(parts, i);
    if (part === '') continue;
    const equals = stringIndexOf(part, '=');
    const name = equals === -1 ? part : stringSlice(part, 0, equals);
    const value = equals === -1 ? '' : stringSlice(part, equals + 1);
    push(pairs, { name: decodeForm(name), value: decodeForm(value) });
  }
  return pairs;
}

/** Pairs from whatever the guest has: an iterable of pairs, or an object. */
function pairsFrom(init: object): List<Pair> {
  const pairs = list<Pair>();
  const iterator = (init as { [Symbol.iterator]?: unknown })[symbolIterator];
  if (iterator === undefined || iterator === null) {
    const keys = ownKeys(init);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (!isEnumerable(init, key)) continue;
      push(pairs, { name: wellFormed(key), value: wellFormed((init as Record<string, unknown>)[key]) });
    }
    return pairs;
  }
  if (typeof iterator !== 'function') throw typeError('ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable');
  for (const pair of init as Iterable<unknown>) {
    const isIterable = pair !== null && typeof pair === 'object' && symbolIterator in pair;
    const parts = isIterable ? [...(pair as Iterable<unknown>)] : [];
    if (parts.length !== 2) {
      throw typeError('ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
    }
    push(pairs, { name: wellFormed(parts[0]), value: wellFormed(parts[1]) });
  }
  return pairs;
}

type IteratorState = { params: URLSearchParams; kind: Kind; index: number };
const states = new WeakMap<object, IteratorState>();
const iteratorPrototype = objectCreate(
  getPrototypeOf(getPrototypeOf([][symbolIterator]()) as object) as object,
) as object;

function iterate(params: URLSearchParams, kind: Kind): object {
  const iterator = objectCreate(iteratorPrototype) as object;
  weakMapSet(states, iterator, { params, kind, index: 0 });
  return iterator;
}

Object.defineProperties(iteratorPrototype, {
  next: {
    value: function next(this: object): IteratorResult<unknown> {
      const state = weakMapGet(states, this);
      if (state === undefined) throw new TypeErrorCtor('Value of "this" must be of URLSearchParamsIterator');
      const pairs = pairsOf(state.params);
      if (state.index >= pairs.length) return { value: undefined, done: true };
      const { name, value } = at(pairs, state.index++);
      return { value: state.kind === 'keys' ? name : state.kind === 'values' ? value : [name, value], done: false };
    },
    writable: true,
    enumerable: true,
    configurable: true,
  },
  [Symbol.toStringTag]: { value: 'URLSearchParams Iterator', configurable: true },
});
