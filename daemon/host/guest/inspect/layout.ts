import { at, join, list, push, type List } from '../list.ts';
import {
  floor,
  getOwnPropertyDescriptor,
  max,
  min,
  round,
  sqrt,
  stringIncludes,
  stringIndexOf,
  stringPadEnd,
  stringPadStart,
  stringRepeat,
  stringSlice,
} from '../primordials.ts';
import { textWidth } from '../text.ts';
import type { Inspection, Layout } from './inspection.ts';

/** Shorter lists are never put into columns. */
const MIN_GROUPED = 6;
/** A character is about 2.5 times as high as wide: the columns are to look like a square. */
const CHARACTER_HEIGHT = 2.5;
const MAX_COLUMNS = 15;
/** A comma and a space. */
const SEPARATOR = 2;

/** Puts the entries between the braces: on one line when they fit, else each on its own. */
export function layOut(
  inspection: Inspection,
  entries: List<string>,
  base: string,
  braces: readonly [string, string],
  layout: Layout,
  depth: number,
  value?: object,
): string {
  const { compact, indentation } = inspection;
  const head = base === '' ? '' : `${base} `;
  if (compact === true) return layOutCompact(inspection, entries, base, braces);
  let output = entries;
  if (typeof compact === 'number' && compact >= 1) {
    if (layout === 'array-extras' && entries.length > MIN_GROUPED) output = inColumns(inspection, entries, value);
    if (inspection.currentDepth - depth < compact && entries.length === output.length) {
      const start = output.length + indentation + braces[0].length + base.length + 10;
      if (fitsOneLine(inspection, output, start, base)) {
        const line = join(output, ', ');
        if (!stringIncludes(line, '\n')) return `${head}${braces[0]} ${line} ${braces[1]}`;
      }
    }
  }
  const newLine = `\n${stringRepeat(' ', indentation)}`;
  return `${head}${braces[0]}${newLine}  ${join(output, `,${newLine}  `)}${newLine}${braces[1]}`;
}

function layOutCompact(
  inspection: Inspection,
  entries: List<string>,
  base: string,
  braces: readonly [string, string],
): string {
  const middle = base === '' ? '' : ` ${base}`;
  if (fitsOneLine(inspection, entries, 0, base)) return `${braces[0]}${middle} ${join(entries, ', ')} ${braces[1]}`;
  const spaces = stringRepeat(' ', inspection.indentation);
  const lead = base === '' && braces[0].length === 1 ? ' ' : `${middle}\n${spaces}  `;
  return `${braces[0]}${lead}${join(entries, `,\n${spaces}  `)} ${braces[1]}`;
}

function fitsOneLine(inspection: Inspection, entries: List<string>, start: number, base: string): boolean {
  const { breakLength } = inspection;
  if (base !== '' && stringIncludes(base, '\n')) return false;
  if (breakLength === Infinity) {
    for (let i = 0; i < entries.length; i++) if (stringIncludes(at(entries, i), '\n')) return false;
    return true;
  }
  let length = entries.length + start;
  if (length + entries.length > breakLength) return false;
  for (let i = 0; i < entries.length; i++) {
    const entry = at(entries, i);
    length += inspection.colors ? withoutColors(entry).length : entry.length;
    if (length > breakLength) return false;
  }
  return true;
}

/** Only the sequences that `stylize` makes. */
export function withoutColors(text: string): string {
  let result = '';
  let start = 0;
  for (let escape = stringIndexOf(text, '\u001b['); escape !== -1; escape = stringIndexOf(text, '\u001b[', start)) {
    result += stringSlice(text, start, escape);
    const end = stringIndexOf(text, 'm', escape);
    if (end === -1) return result;
    start = end + 1;
  }
  return `${result}${stringSlice(text, start)}`;
}

/** Entries of similar width in columns; the last one is left alone when it only counts what was left out. */
function inColumns(inspection: Inspection, entries: List<string>, value: object | undefined): List<string> {
  const count = inspection.maxArrayLength < entries.length ? entries.length - 1 : entries.length;
  const widths = list<number>();
  let total = 0;
  let widest = 0;
  for (let i = 0; i < count; i++) {
    const entry = at(entries, i);
    const width = textWidth(inspection.colors ? withoutColors(entry) : entry);
    push(widths, width);
    total += width + SEPARATOR;
    widest = max(widest, width);
  }
  const columns = columnCount(inspection, entries.length, count, total, widest);
  return columns <= 1 ? entries : rowsOf(entries, widths, columns, count, isNumeric(value, entries.length));
}

function columnCount(inspection: Inspection, entryCount: number, count: number, total: number, widest: number): number {
  const actual = widest + SEPARATOR;
  const { breakLength, indentation } = inspection;
  // No columns when entries differ so much in width that most of the square would be empty.
  if (actual * 3 + indentation >= breakLength || (total / actual <= 5 && widest > 6)) return 1;
  const bias = sqrt(actual - total / entryCount);
  const biased = max(actual - 3 - bias, 1);
  return min(
    round(sqrt(CHARACTER_HEIGHT * biased * count) / biased),
    floor((breakLength - indentation) / actual),
    (inspection.compact as number) * 4,
    MAX_COLUMNS,
  );
}

/** Numbers are aligned at their end. Without a value they are the two halves of an entry, aligned like numbers. */
function isNumeric(value: object | undefined, count: number): boolean {
  if (value === undefined) return true;
  for (let i = 0; i < count; i++) {
    const item: unknown = getOwnPropertyDescriptor(value, i)?.value;
    if (typeof item !== 'number' && typeof item !== 'bigint') return false;
  }
  return true;
}

function rowsOf(
  entries: List<string>,
  widths: List<number>,
  columns: number,
  count: number,
  alignsEnd: boolean,
): List<string> {
  const columnWidths = list<number>();
  for (let column = 0; column < columns; column++) {
    let width = 0;
    for (let i = column; i < count; i += columns) width = max(width, at(widths, i));
    push(columnWidths, width + SEPARATOR);
  }
  const pad = alignsEnd ? stringPadStart : stringPadEnd;
  const rows = list<string>();
  for (let start = 0; start < count; start += columns) {
    const last = min(start + columns, count) - 1;
    let row = '';
    for (let i = start; i <= last; i++) {
      const entry = at(entries, i);
      // Colours take characters but no columns.
      const width = at(columnWidths, i - start) + entry.length - at(widths, i);
      if (i < last) row += pad(`${entry}, `, width, ' ');
      else row += alignsEnd ? stringPadStart(entry, width - SEPARATOR, ' ') : entry;
    }
    push(rows, row);
  }
  if (count < entries.length) push(rows, at(entries, count));
  return rows;
}
