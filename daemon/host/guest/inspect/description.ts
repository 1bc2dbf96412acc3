import { list, type List } from '../list.ts';
import type { Layout } from './inspection.ts';
import type { Key } from './properties.ts';

/** How one kind of object is printed: what stands before, between and after its entries. */
export type Description = {
  base: string;
  open: string;
  close: string;
  layout: Layout;
  /** The properties to print after the entries. */
  keys: List<Key>;
  /** What the class is called when the object has no prototype to say so. */
  className: string;
  /** The entries that are no properties; `depth` is that of the entries. */
  entries: (depth: number) => List<string>;
};

/** What is known of the object already. */
export type Subject = {
  value: object;
  /** How many objects enclose it. */
  depth: number;
  /** Of its class; null without a prototype. */
  constructorName: string | null;
  tag: string;
  /** Its bytes were printed already, by the array that it is the buffer of. */
  isBufferOfArray: boolean;
  /** `showHidden` has found properties of its prototypes. */
  hasMore: boolean;
};

export function describeAs(className: string, keys: List<Key>, change: Partial<Description>): Description {
  return { base: '', open: '{', close: '}', layout: 'object', keys, className, entries: () => list(), ...change };
}

/** Whether nothing but the base is left to print. */
export function isBare(subject: Subject, keys: List<Key>): boolean {
  return keys.length === 0 && !subject.hasMore;
}
