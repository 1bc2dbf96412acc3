import { setPrototypeOf } from './primordials.ts';

/**
 * An array without a prototype: no method to be patched, and no setter that the guest put on `Array.prototype[0]` to be
 * run by an assignment.
 */
export type List<T> = { [index: number]: T; length: number };

export function list<T>(): List<T> {
  return setPrototypeOf([], null) as List<T>;
}

export function push<T>(items: List<T>, item: T): void {
  items[items.length] = item;
}

export function pop<T>(items: List<T>): void {
  items.length--;
}

/** The item at an index that the caller knows to exist. */
export function at<T>(items: ArrayLike<T> | List<T>, index: number): T {
  return items[index] as T;
}

export function indexOf<T>(items: ArrayLike<T> | List<T>, item: T, from = 0): number {
  for (let i = from; i < items.length; i++) if (items[i] === item) return i;
  return -1;
}

export function includes<T>(items: ArrayLike<T> | List<T>, item: T): boolean {
  return indexOf(items, item) !== -1;
}

export function join(items: ArrayLike<string> | List<string>, separator: string): string {
  let text = items.length === 0 ? '' : at(items, 0);
  for (let i = 1; i < items.length; i++) text += `${separator}${at(items, i)}`;
  return text;
}

export function append<T>(items: List<T>, more: ArrayLike<T> | List<T>): void {
  for (let i = 0; i < more.length; i++) push(items, at(more, i));
}

/** Replaces `count` items from `start` on by `replacement`, if given. */
export function splice<T>(items: List<T>, start: number, count: number, replacement?: T): void {
  const rest = list<T>();
  for (let i = start + count; i < items.length; i++) push(rest, at(items, i));
  items.length = start;
  if (replacement !== undefined) push(items, replacement);
  append(items, rest);
}

export function copy<T>(items: ArrayLike<T> | List<T>): List<T> {
  const result = list<T>();
  append(result, items);
  return result;
}

/** Stable, in place; the lists that are sorted here are short. */
export function sort<T>(items: List<T>, compare: (a: T, b: T) => number): void {
  for (let i = 1; i < items.length; i++) {
    const item = at(items, i);
    let j = i - 1;
    for (; j >= 0 && compare(at(items, j), item) > 0; j--) items[j + 1] = at(items, j);
    items[j + 1] = item;
  }
}
