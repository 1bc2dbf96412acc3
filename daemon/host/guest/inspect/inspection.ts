import type { List } from '../list.ts';

/** The options of `util.inspect`, as Node documents them. */
export type InspectOptions = {
  showHidden: boolean;
  depth: number | null;
  colors: boolean;
  customInspect: boolean;
  showProxy: boolean;
  maxArrayLength: number;
  maxStringLength: number;
  breakLength: number;
  compact: number | boolean;
  sorted: boolean | ((a: string, b: string) => number);
  getters: boolean | 'get' | 'set';
  numericSeparator: boolean;
};

export type Style =
  | 'special'
  | 'number'
  | 'bigint'
  | 'boolean'
  | 'undefined'
  | 'null'
  | 'string'
  | 'symbol'
  | 'date'
  | 'regexp'
  | 'name'
  | 'module';
export type Stylize = (text: string, style: Style) => string;

/** One printing of one value: the options and what is known so far. */
export type Inspection = InspectOptions & {
  stylize: Stylize;
  /** What the caller gave, handed on to custom inspect functions. */
  userOptions: object | undefined;
  /** The objects that enclose the one being printed. */
  seen: List<unknown>;
  /** Objects that a reference leads back to, with the number of the reference. */
  circular: Map<unknown, number> | undefined;
  indentation: number;
  /** The depth of the innermost object so far, which decides what fits on one line. */
  currentDepth: number;
  /** Characters that may still be made; below zero only names of objects are printed, and lists end with a count. */
  charactersLeft: number;
  formatValue: (value: unknown, depth: number, typedArray?: boolean) => string;
};

/** Names of classes, functions and properties are cut here; a guest can make them as long as its memory. */
export const MAX_NAME_LENGTH = 10_000;

/** How an object's entries are laid out. */
export type Layout = 'object' | 'array' | 'array-extras';

export function isTooDeep(inspection: Inspection, depth: number): boolean {
  return inspection.depth !== null && depth > inspection.depth;
}

/** Whether the text has grown too large to go on with the entries of one object. */
export function isExhausted(inspection: Inspection): boolean {
  return inspection.charactersLeft < 0;
}
