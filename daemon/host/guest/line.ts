import {
  defineProperty,
  getPrototypeOf,
  hasOwn,
  numberIsFinite,
  objectFreeze,
  objectIs,
  ownProperty,
} from './primordials.ts';

/** Longer texts are left for the inspector to hand over. */
const MAX_TEXT = 10_000;

/** Operators take their time with longer ones. */
const MAX_OPERAND = 1_000;

/** Where the language looks for a global that is not declared and not the global object's own. */
const PROTOTYPES: object[] = [];
for (
  let from = getPrototypeOf(globalThis) as object | null;
  from !== null;
  from = getPrototypeOf(from) as object | null
) {
  PROTOTYPES[PROTOTYPES.length] = from;
}

/** What the last line gave or threw, until the host takes it. */
let last: unknown;
let hasThrown = false;

/**
 * The end of a line that the host evaluates as a script (see `expression-line.ts` beside this folder): called by the
 * script itself with what the line gave, or threw.
 * @returns for the host: a primitive that it can have as it is, a text behind an apostrophe, null as `null`, numbers that
 * JSON has, booleans and undefined as themselves; otherwise `value` or `thrown`, which it has to take
 */
export function endLine(given: unknown, isThrown?: true): number | boolean | string | undefined {
  last = given;
  hasThrown = isThrown === true;
  if (hasThrown) return 'thrown';
  if (given === undefined || given === true || given === false) return given;
  if (given === null) return 'null';
  if (typeof given === 'string' && given.length <= MAX_TEXT) return `'${given}`;
  if (typeof given === 'number' && numberIsFinite(given) && !objectIs(given, -0)) return given;
  return 'value';
}

/** Whether the last line ended by an exception; for who was not told. */
export function hasLineThrown(): boolean {
  return hasThrown;
}

/** What the last line gave or threw, once. */
export function takeLine(): unknown {
  const taken = last;
  last = undefined;
  return taken;
}

/** Whether no code of the guest's runs when these names are read: no accessor, and nobody put in the way. */
function areHeld(...names: string[]): boolean {
  for (let i = 0; i < names.length; i++) if (!isHeld(names[i] as string)) return false;
  return true;
}

function isHeld(name: string): boolean {
  const property = ownProperty(globalThis, name);
  if (property !== undefined) return hasOwn(property, 'value');
  let from: unknown = globalThis;
  for (let i = 0; i < PROTOTYPES.length; i++) {
    from = getPrototypeOf(from);
    if (from !== PROTOTYPES[i] || hasOwn(from as object, name)) return false;
  }
  return true;
}

/** Whether operators take these as they are, and at once. */
function arePrimitive(...values: unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const kind = typeof value;
    if (kind === 'string' ? (value as string).length > MAX_OPERAND : !isSmall(kind, value)) return false;
  }
  return true;
}

function isSmall(kind: string, value: unknown): boolean {
  return kind === 'number' || kind === 'boolean' || kind === 'undefined' || value === null;
}

defineProperty(endLine, 'areHeld', { __proto__: null, value: areHeld } as PropertyDescriptor);
defineProperty(endLine, 'arePrimitive', { __proto__: null, value: arePrimitive } as PropertyDescriptor);
objectFreeze(endLine);
