import {
  functionToString,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  regExpExec,
  stringEndsWith,
  stringIncludes,
  stringIndexOf,
  stringSlice,
  stringStartsWith,
  toText,
} from '../primordials.ts';
import { cut } from '../text.ts';
import { MAX_NAME_LENGTH, type Inspection } from './inspection.ts';
import { isAsyncFunction, isGeneratorFunction } from './types.ts';

const CLASS_HEAD = /^(\s+[^(]*?)\s*{/;

/** `[Function: name]`, `[AsyncFunction: name]`, `[class Name extends Other]` … */
export function functionBase(inspection: Inspection, value: object, constructor: string | null, tag: string): string {
  const source = functionToString(value);
  if (isClassSource(source)) return classBase(value, constructor, tag);
  const type = `${isAsyncFunction(value) ? 'Async' : ''}${isGeneratorFunction(value) ? 'Generator' : ''}Function`;
  const { name } = value as { name: unknown };
  let text = name === '' ? ' (anonymous)' : `: ${formatName(inspection, name)}`;
  if (constructor === null) text = ` (null prototype)${text}`;
  let base = `[${type}${text}]`;
  if (constructor !== type && constructor !== null) base += ` ${constructor}`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  return base;
}

function formatName(inspection: Inspection, name: unknown): string {
  return typeof name === 'string' ? cut(name, MAX_NAME_LENGTH) : inspection.formatValue(name, 0);
}

/** Whether a function's text is that of a class, and not of a function named `class…`. */
function isClassSource(source: string): boolean {
  if (!stringStartsWith(source, 'class') || !stringEndsWith(source, '}')) return false;
  const rest = stringSlice(source, 5, -1);
  const brace = stringIndexOf(rest, '{');
  if (brace === -1) return false;
  if (!stringIncludes(stringSlice(rest, 0, brace), '(')) return true;
  return regExpExec(CLASS_HEAD, withoutComments(rest)) !== null;
}

function withoutComments(source: string): string {
  let result = '';
  let i = 0;
  while (i < source.length) {
    const pair = stringSlice(source, i, i + 2);
    if (pair !== '//' && pair !== '/*') {
      result += source[i] as string;
      i++;
      continue;
    }
    const end = stringIndexOf(source, pair === '//' ? '\n' : '*/', i + 2);
    if (end === -1) return result;
    i = end + (pair === '//' ? 1 : 2);
  }
  return result;
}

function classBase(value: object, constructor: string | null, tag: string): string {
  const own = getOwnPropertyDescriptor(value, 'name') === undefined ? '' : (value as { name: unknown }).name;
  let base = `class ${nameText(own, '(anonymous)')}`;
  if (constructor !== 'Function' && constructor !== null) base += ` [${constructor}]`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  if (constructor === null) return `[${base} extends [null prototype]]`;
  const parent = (getPrototypeOf(value) as { name?: unknown } | null)?.name;
  const parentName = nameText(parent, '');
  return parentName === '' ? `[${base}]` : `[${base} extends ${parentName}]`;
}

/** A name is whatever the guest has put there. */
function nameText(name: unknown, otherwise: string): string {
  if (typeof name !== 'string') return name ? cut(toText(name), MAX_NAME_LENGTH) : otherwise;
  return name === '' ? otherwise : cut(name, MAX_NAME_LENGTH);
}
