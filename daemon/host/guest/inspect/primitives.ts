import { join, list, push, type List } from '../list.ts';
import {
  numberIsFinite,
  numberToString,
  objectIs,
  regExpExec,
  stringCharCodeAt,
  stringIncludes,
  stringIndexOf,
  stringRepeat,
  stringSlice,
  symbolToString,
  trunc,
} from '../primordials.ts';
import { counted } from '../text.ts';
import type { Inspection, Stylize } from './inspection.ts';

/** Shorter strings are never broken into lines. */
const MIN_LINE_LENGTH = 16;

export const noStyle: Stylize = (text) => text;

export function formatPrimitive(inspection: Inspection, value: unknown, stylize: Stylize = inspection.stylize): string {
  switch (typeof value) {
    case 'string':
      return formatString(inspection, value, stylize);
    case 'number':
      return formatNumber(stylize, value, inspection.numericSeparator);
    case 'bigint':
      return formatBigInt(stylize, value, inspection.numericSeparator);
    case 'boolean':
      return stylize(value ? 'true' : 'false', 'boolean');
    case 'symbol':
      return stylize(symbolToString(value), 'symbol');
    default:
      return stylize('undefined', 'undefined');
  }
}

function formatString(inspection: Inspection, value: string, stylize: Stylize): string {
  let text = value;
  let trailer = '';
  if (text.length > inspection.maxStringLength) {
    trailer = `... ${counted(text.length - inspection.maxStringLength, 'more character')}`;
    text = stringSlice(text, 0, inspection.maxStringLength);
  }
  inspection.charactersLeft -= text.length;
  const room = inspection.breakLength - inspection.indentation - 4;
  if (inspection.compact === true || text.length <= MIN_LINE_LENGTH || text.length <= room) {
    return stylize(quote(text), 'string') + trailer;
  }
  const lines = list<string>();
  const parts = linesOf(text);
  for (let i = 0; i < parts.length; i++) push(lines, stylize(quote(parts[i] as string), 'string'));
  return join(lines, ` +\n${stringRepeat(' ', inspection.indentation + 2)}`) + trailer;
}

/** The lines with their line ends; a line end at the very end begins no new line. */
function linesOf(text: string): List<string> {
  const lines = list<string>();
  let start = 0;
  while (start < text.length || start === 0) {
    const end = stringIndexOf(text, '\n', start);
    const next = end === -1 ? text.length : end + 1;
    push(lines, stringSlice(text, start, next));
    start = next;
    if (next === text.length) break;
  }
  return lines;
}

export function formatNumber(stylize: Stylize, value: number, separator: boolean): string {
  if (objectIs(value, -0)) return stylize('-0', 'number');
  const text = `${value}`;
  if (!separator || !numberIsFinite(value) || stringIncludes(text, 'e')) return stylize(text, 'number');
  if (trunc(value) === value) return stylize(separateInteger(text), 'number');
  const point = stringIndexOf(text, '.');
  const fraction = separateFraction(stringSlice(text, point + 1));
  return stylize(`${separateInteger(stringSlice(text, 0, point))}.${fraction}`, 'number');
}

export function formatBigInt(stylize: Stylize, value: bigint, separator: boolean): string {
  const text = `${value}`;
  return stylize(`${separator ? separateInteger(text) : text}n`, 'bigint');
}

function separateInteger(digits: string): string {
  let result = '';
  let i = digits.length;
  const start = stringCharCodeAt(digits, 0) === 45 ? 1 : 0;
  for (; i >= start + 4; i -= 3) result = `_${stringSlice(digits, i - 3, i)}${result}`;
  return i === digits.length ? digits : `${stringSlice(digits, 0, i)}${result}`;
}

function separateFraction(digits: string): string {
  let result = '';
  let i = 0;
  for (; i < digits.length - 3; i += 3) result += `${stringSlice(digits, i, i + 3)}_`;
  return i === 0 ? digits : `${result}${stringSlice(digits, i)}`;
}

const NEEDS_ESCAPE =
  /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const NEEDS_ESCAPE_BUT_QUOTE =
  /[\x00-\x1f\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The string as a literal: in single quotes, or in those of the other kinds that it does not contain. */
export function quote(text: string): string {
  let mark = "'";
  if (stringIncludes(text, "'")) {
    if (!stringIncludes(text, '"')) mark = '"';
    else if (!stringIncludes(text, '`') && !stringIncludes(text, '${')) mark = '`';
  }
  const needsEscape = regExpExec(mark === "'" ? NEEDS_ESCAPE : NEEDS_ESCAPE_BUT_QUOTE, text) !== null;
  return `${mark}${needsEscape ? escapeText(text, mark === "'") : text}${mark}`;
}

/** Control characters, backslashes, lone surrogates, and the single quote if asked for, as escape sequences. */
export function escapeText(text: string, escapesQuote: boolean): string {
  let result = '';
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const code = stringCharCodeAt(text, i);
    if (isSurrogatePair(text, i, code)) {
      i++;
      continue;
    }
    const escape = escapeOf(code, escapesQuote);
    if (escape === undefined) continue;
    result += `${stringSlice(text, last, i)}${escape}`;
    last = i + 1;
  }
  return `${result}${stringSlice(text, last)}`;
}

function isSurrogatePair(text: string, index: number, code: number): boolean {
  if (code < 0xd800 || code > 0xdbff || index + 1 === text.length) return false;
  const next = stringCharCodeAt(text, index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

function escapeOf(code: number, escapesQuote: boolean): string | undefined {
  switch (code) {
    case 8:
      return '\\b';
    case 9:
      return '\\t';
    case 10:
      return '\\n';
    case 12:
      return '\\f';
    case 13:
      return '\\r';
    case 39:
      return escapesQuote ? "\\'" : undefined;
    case 92:
      return '\\\\';
  }
  if (code < 32 || (code > 126 && code < 160)) return `\\x${code < 16 ? '0' : ''}${upperHex(code)}`;
  return code >= 0xd800 && code <= 0xdfff ? `\\u${numberToString(code, 16)}` : undefined;
}

const HEX = '0123456789ABCDEF';

/** Without a leading zero; below 256. */
function upperHex(code: number): string {
  const low = HEX[code & 15] as string;
  return code < 16 ? low : `${HEX[code >> 4] as string}${low}`;
}
