import { list, push, type List } from './list.ts';
import { stringCharCodeAt, stringCodePointAt, stringIndexOf, stringNormalize, stringSlice } from './primordials.ts';

/** Splits at every `separator`. `String.prototype.split` would ask the guest's `Symbol.split`. */
export function split(text: string, separator: string): List<string> {
  const parts = list<string>();
  let start = 0;
  for (let end = stringIndexOf(text, separator); end !== -1; end = stringIndexOf(text, separator, start)) {
    push(parts, stringSlice(text, start, end));
    start = end + separator.length;
  }
  push(parts, stringSlice(text, start));
  return parts;
}

/** The first occurrence, or all of them, of a plain text replaced by another plain text. */
export function replace(text: string, from: string, to: string, all = false): string {
  let result = '';
  let start = 0;
  for (let end = stringIndexOf(text, from); end !== -1; end = stringIndexOf(text, from, start)) {
    result += `${stringSlice(text, start, end)}${to}`;
    start = end + from.length;
    if (!all || from === '') break;
  }
  return `${result}${stringSlice(text, start)}`;
}

/** `n item`, `n items`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count > 1 ? 's' : ''}`;
}

/** Cuts a text that is longer than `limit` and says how much is missing. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${stringSlice(text, 0, limit)}... ${counted(text.length - limit, 'more character')}`;
}

/** Columns that the text takes in a terminal. */
export function textWidth(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = stringCharCodeAt(text, i);
    if (code >= 127) return i + wideTextWidth(stringNormalize(stringSlice(text, i), 'NFC'));
    if (code < 32) return wideTextWidth(text);
  }
  return text.length;
}

function wideTextWidth(text: string): number {
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = stringCodePointAt(text, i) ?? 0;
    if (code > 0xffff) i++;
    if (isFullWidth(code)) width += 2;
    else if (!isZeroWidth(code)) width++;
  }
  return width;
}

/** East Asian wide and full-width characters and emoji, as blocks of Unicode. */
const FULL_WIDTH: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0x4dbf],
  [0x4e00, 0xa4c6],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x1f200, 0x1f251],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Controls, combining marks, and what only modifies its neighbour. */
const ZERO_WIDTH: readonly (readonly [number, number])[] = [
  [0x0, 0x1f],
  [0x7f, 0x9f],
  [0x300, 0x36f],
  [0x200b, 0x200f],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xe0100, 0xe01ef],
];

const isFullWidth = (code: number): boolean => code >= 0x1100 && isIn(FULL_WIDTH, code);
const isZeroWidth = (code: number): boolean => isIn(ZERO_WIDTH, code);

function isIn(ranges: readonly (readonly [number, number])[], code: number): boolean {
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i] as readonly [number, number];
    if (code >= range[0] && code <= range[1]) return true;
  }
  return false;
}
