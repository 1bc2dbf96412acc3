import { at, includes, indexOf, join, pop, push, splice, type List } from '../list.ts';
import {
  arrayIsArray,
  errorToString,
  hasOwn,
  mapGet,
  MapCtor,
  mapSet,
  objectToString,
  regExpExec,
  stringEndsWith,
  stringIncludes,
  stringIndexOf,
  stringRepeat,
  stringSlice,
  stringStartsWith,
  toText,
} from '../primordials.ts';
import { cut, replace, split } from '../text.ts';
import { prefixOf } from './constructor-name.ts';
import { collapseRepeats } from './repeated-frames.ts';
import type { Inspection } from './inspection.ts';
import type { Key } from './properties.ts';
import { isError } from './types.ts';

/** A stack is a string that the guest may have set; what is longer is no stack. */
const MAX_STACK_LENGTH = 100_000;

/**
 * The text of an error: its stack with the class it is really of, and frames that it shares with its cause left out.
 * Changes `keys`: what the text says already is removed, `cause` and `errors` are added.
 */
export function formatError(
  inspection: Inspection,
  error: object,
  constructor: string | null,
  tag: string,
  keys: List<Key>,
): string {
  let stack: string;
  try {
    stack = stackOf(inspection, error);
  } catch {
    return objectToString(error);
  }
  const message = read(error, 'message');
  const name = read(error, 'name');
  if (!inspection.showHidden) removeSaidKeys(keys, stack, message, name);
  if (hasOwn(error, 'cause') && !includes(keys, 'cause')) push(keys, 'cause');
  const errors = read(error, 'errors');
  if (errors !== THROWN && arrayIsArray(errors) && hasOwn(error, 'errors') && !includes(keys, 'errors')) {
    push(keys, 'errors');
  }
  const given = name === THROWN || name === undefined || name === null ? 'Error' : name;
  stack = improveStack(stack, constructor, given, tag);
  stack = withFrames(inspection, error, stack, message);
  if (inspection.indentation === 0) return stack;
  return replace(stack, '\n', `\n${stringRepeat(' ', inspection.indentation)}`, true);
}

/** Stands for a property whose getter threw. */
const THROWN = { __proto__: null };

function read(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch {
    return THROWN;
  }
}

function stackOf(inspection: Inspection, error: object): string {
  const stack = read(error, 'stack');
  if (stack === THROWN || !stack) return cut(errorToString(error), MAX_STACK_LENGTH);
  if (typeof stack === 'string') return cut(stack, MAX_STACK_LENGTH);
  push(inspection.seen, error);
  inspection.indentation += 4;
  const text = inspection.formatValue(stack, 0);
  inspection.indentation -= 4;
  pop(inspection.seen);
  return `${cut(errorToString(error), MAX_STACK_LENGTH)}\n    ${text}`;
}

function removeSaidKeys(keys: List<Key>, stack: string, message: unknown, name: unknown): void {
  removeKey(keys, 'stack', true);
  removeKey(keys, 'message', message !== THROWN && isSaid(stack, message));
  removeKey(keys, 'name', name !== THROWN && isSaid(stack, name));
}

function isSaid(stack: string, value: unknown): boolean {
  return typeof value !== 'string' || stringIncludes(stack, value);
}

function removeKey(keys: List<Key>, key: string, condition: boolean): void {
  const index = condition ? indexOf<Key>(keys, key) : -1;
  if (index !== -1) splice(keys, index, 1);
}

const NAMED_STACK = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)/;
const BARE_NAME = /^([a-z_A-Z0-9-]*Error)$/;

/** Puts the name of the class into a stack that begins with that of another one. */
function improveStack(given: string, constructor: string | null, name: unknown, tag: string): string {
  let stack = given;
  if (typeof name !== 'string') {
    const text = toText(name);
    stack = replace(stack, text, `${text} [${stringSlice(prefixOf(constructor, tag, 'Error'), 0, -1)}]`);
    return constructor === null ? withClass(stack, constructor, text, tag, 0) : stack;
  }
  const { length } = name;
  const after = stack[length];
  const isRegular =
    stringEndsWith(name, 'Error') &&
    stringStartsWith(stack, name) &&
    (stack.length === length || after === ':' || after === '\n');
  return constructor === null || isRegular ? withClass(stack, constructor, name, tag, length) : stack;
}

function withClass(stack: string, constructor: string | null, name: string, tag: string, length: number): string {
  let skipped = length;
  let fallback = 'Error';
  if (constructor === null) {
    const found = (regExpExec(NAMED_STACK, stack) ?? regExpExec(BARE_NAME, stack))?.[1] ?? '';
    skipped = found.length;
    fallback = found === '' ? 'Error' : found;
  }
  const prefix = stringSlice(prefixOf(constructor, tag, fallback), 0, -1);
  if (name === prefix) return stack;
  if (!stringIncludes(prefix, name)) return `${prefix} [${name}]${stringSlice(stack, skipped)}`;
  return skipped === 0 ? `${prefix}: ${stack}` : `${prefix}${stringSlice(stack, skipped)}`;
}

/** Separates the frames from the message; an error without frames is put into brackets. */
function withFrames(inspection: Inspection, error: object, stack: string, message: unknown): string {
  let from = -1;
  if (typeof message === 'string' && message !== '') {
    const position = stringIndexOf(stack, message);
    // As Node has it: a message at the very start is looked for from the end of nothing.
    from = position <= 0 ? -1 : position + message.length;
  }
  const start = stringIndexOf(stack, '\n    at', from);
  if (start === -1) return `[${stack}]`;
  const frames = framesOf(inspection, error, stringSlice(stack, start + 1));
  return `${stringSlice(stack, 0, start)}\n${join(frames, '\n')}`;
}

function framesOf(inspection: Inspection, error: object, text: string): List<string> {
  const frames = split(text, '\n');
  const cause = read(error, 'cause');
  if (cause !== THROWN && isError(cause)) hideSharedFrames(inspection, frames, cause as object);
  collapseRepeats(frames, (line) => inspection.stylize(line, 'undefined'));
  return frames;
}

function hideSharedFrames(inspection: Inspection, frames: List<string>, cause: object): void {
  const stack = stackOf(inspection, cause);
  const start = stringIndexOf(stack, '\n    at');
  if (start === -1) return;
  const shared = sharedRange(frames, split(stringSlice(stack, start + 1), '\n'));
  if (shared === undefined) return;
  const skipped = shared.length - 2;
  const line = inspection.stylize(`    ... ${skipped} lines matching cause stack trace ...`, 'undefined');
  splice(frames, shared.start + 1, skipped, line);
}

/** The first run of more than three frames that both stacks have. */
function sharedRange(a: List<string>, b: List<string>): { start: number; length: number } | undefined {
  const positions = new MapCtor<string, number>();
  for (let i = b.length - 1; i >= 0; i--) mapSet(positions, at(b, i), i);
  for (let i = 0; i < a.length - 3; i++) {
    const position = mapGet(positions, at(a, i));
    if (position === undefined) continue;
    let length = 1;
    while (i + length < a.length && position + length < b.length && a[i + length] === b[position + length]) length++;
    if (length > 3) return { start: i, length };
  }
  return undefined;
}
