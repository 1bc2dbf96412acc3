import { inspectValue } from './inspect/inspect.ts';
import { isMap, isSet, isTypedArray, mayBeMapIterator, mayBeSetIterator } from './inspect/types.ts';
import { at, join, list, push, type List } from './list.ts';
import { peekEntries } from './peek.ts';
import {
  arrayIsArray,
  hasOwn,
  mapEntries,
  mapNext,
  max,
  objectKeys,
  setEntries,
  setNext,
  StringCtor,
  stringRepeat,
} from './primordials.ts';
import { counted, textWidth } from './text.ts';

const INDEX = '(index)';
const ITERATION = '(iteration index)';
const KEY = 'Key';
const VALUES = 'Values';

/** A table of more rows says how many more there are. */
const MAX_ROWS = 10_000;

type Column = { head: string; cells: List<string | undefined> };

/** The text of `console.table(data, properties)`; undefined for what is no table. */
export function formatTable(data: unknown, properties: readonly unknown[] | undefined): string | undefined {
  if (data === null || typeof data !== 'object') return undefined;
  const pairs = pairsOf(data);
  if (pairs !== undefined) return pairsTable(pairs);
  const values = valuesOf(data);
  if (values !== undefined) return valuesTable(values);
  return propertiesTable(data as Record<string, unknown>, properties);
}

function pairsOf(data: object): List<unknown> | undefined {
  if (isMap(data)) {
    const pairs = list<unknown>();
    const entries = mapEntries(data);
    for (let next = mapNext(entries); next.done !== true; next = mapNext(entries)) {
      push(pairs, next.value[0]);
      push(pairs, next.value[1]);
    }
    return pairs;
  }
  const details = mayBeMapIterator(data) ? peekEntries(data) : undefined;
  return details?.keyed === true ? details.entries : undefined;
}

function valuesOf(data: object): List<unknown> | undefined {
  if (isSet(data)) {
    const values = list<unknown>();
    const entries = setEntries(data);
    for (let next = setNext(entries); next.done !== true; next = setNext(entries)) push(values, next.value);
    return values;
  }
  return mayBeMapIterator(data) || mayBeSetIterator(data) ? peekEntries(data)?.entries : undefined;
}

function pairsTable(pairs: List<unknown>): string {
  const index = column(ITERATION);
  const keys = column(KEY);
  const values = column(VALUES);
  const rows = pairs.length / 2;
  for (let i = 0; i < rows && i < MAX_ROWS; i++) {
    push(index.cells, `${i}`);
    push(keys.cells, cell(at(pairs, i * 2)));
    push(values.cells, cell(at(pairs, i * 2 + 1)));
  }
  return render([index, keys, values], rows);
}

function valuesTable(items: List<unknown>): string {
  const index = column(ITERATION);
  const values = column(VALUES);
  for (let i = 0; i < items.length && i < MAX_ROWS; i++) {
    push(index.cells, `${i}`);
    push(values.cells, cell(at(items, i)));
  }
  return render([index, values], items.length);
}

/** One row for each property of `data`, one column for each property of the rows. */
function propertiesTable(data: Record<string, unknown>, properties: readonly unknown[] | undefined): string {
  const index = column(INDEX);
  const values = column(VALUES);
  const byName = { __proto__: null } as unknown as Record<string, List<string | undefined>>;
  const names = objectKeys(data);
  let hasValues = false;
  for (let row = 0; row < names.length && row < MAX_ROWS; row++) {
    const name = at(names, row);
    push(index.cells, name);
    const item = data[name];
    const isPrimitive = item === null || (typeof item !== 'object' && typeof item !== 'function');
    if (properties === undefined && isPrimitive) {
      hasValues = true;
      values.cells[row] = cell(item);
      continue;
    }
    const keys: ArrayLike<unknown> = properties ?? objectKeys(item as object);
    for (let i = 0; i < keys.length; i++) {
      const key = StringCtor(keys[i]);
      byName[key] ??= list();
      const isThere = !isPrimitive && hasOwn(item, key);
      byName[key][row] = isThere ? cell((item as Record<string, unknown>)[key]) : '';
    }
  }
  const columns = list<Column>();
  push(columns, index);
  const heads = objectKeys(byName);
  for (let i = 0; i < heads.length; i++) {
    const head = at(heads, i);
    push(columns, { head, cells: byName[head] ?? list() });
  }
  if (hasValues) push(columns, values);
  return render(columns, names.length);
}

const column = (head: string): Column => ({ head, cells: list() });

/** Objects with many properties are too wide for a cell. */
function cell(value: unknown): string {
  const isWide =
    value !== null &&
    typeof value === 'object' &&
    !arrayIsArray(value) &&
    !isTypedArray(value) &&
    objectKeys(value).length > 2;
  return inspectValue(value, { depth: isWide ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
}

function render(columns: ArrayLike<Column> | List<Column>, rows: number): string {
  const widths = list<number>();
  let height = 0;
  for (let i = 0; i < columns.length; i++) height = max(height, at(columns, i).cells.length);
  for (let i = 0; i < columns.length; i++) {
    const { head, cells } = at(columns, i);
    let width = textWidth(head);
    for (let row = 0; row < height; row++) width = max(width, textWidth(cells[row] ?? ''));
    push(widths, width);
  }
  let text = `${rule(widths, '┌', '┬', '┐')}\n${renderRow(columns, widths, ({ head }) => head)}\n`;
  text += `${rule(widths, '├', '┼', '┤')}\n`;
  for (let row = 0; row < height; row++) {
    text += `${renderRow(columns, widths, ({ cells }) => cells[row] ?? '')}\n`;
  }
  text += rule(widths, '└', '┴', '┘');
  return rows > height ? `${text}\n... ${counted(rows - height, 'more row')}` : text;
}

function rule(widths: List<number>, left: string, middle: string, right: string): string {
  const lines = list<string>();
  for (let i = 0; i < widths.length; i++) push(lines, stringRepeat('─', at(widths, i) + 2));
  return `${left}${join(lines, middle)}${right}`;
}

function renderRow(
  columns: ArrayLike<Column> | List<Column>,
  widths: List<number>,
  textOf: (column: Column) => string,
): string {
  const cells = list<string>();
  for (let i = 0; i < columns.length; i++) {
    const text = textOf(at(columns, i));
    push(cells, text + stringRepeat(' ', max(0, at(widths, i) - textWidth(text))));
  }
  return `│ ${join(cells, ' │ ')} │`;
}
