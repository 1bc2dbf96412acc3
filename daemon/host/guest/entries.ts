import { mapEntries, mapNext, mapSize, setEntries, setNext, setSize, stringSlice } from './primordials.ts';

/** An entry of a Map, or of a Set, which has no keys. */
export type Entry = { key?: unknown; value: unknown };

/** The first entries of a Map or a Set, in their order; false for anything else. No code of the guest runs. */
export function firstEntries(object: object, max: number, visit: (entry: Entry, index: number) => void): boolean {
  const isMap = hasSize(mapSize, object);
  if (!isMap && !hasSize(setSize, object)) return false;
  const entries = isMap ? mapEntries(object) : setEntries(object);
  for (let i = 0; i < max; i++) {
    const next = isMap ? mapNext(entries) : setNext(entries);
    if (next.done === true) break;
    const value: unknown = next.value;
    visit(isMap ? { key: (value as unknown[])[0], value: (value as unknown[])[1] } : { value }, i);
  }
  return true;
}

/** An entry among the members of its Map or Set: no property that a program reads is called so. */
export function entryName(index: number): string {
  return `[[${index}]]`;
}

/** The entry that a member's name means, counted as `firstEntries` does. */
export function entryNamed(object: object, name: string): Entry | undefined {
  const index = +stringSlice(name, 2, -2);
  if (!(index >= 0) || entryName(index) !== name) return undefined;
  let found: Entry | undefined;
  firstEntries(object, index + 1, (entry, i) => {
    if (i === index) found = entry;
  });
  return found;
}

/** Only a Map, or a Set, has the size that its built-in getter asks for. */
function hasSize(size: (self: unknown) => number, object: object): boolean {
  try {
    size(object);
    return true;
  } catch {
    return false;
  }
}
