import { Buffer } from 'node:buffer';
import { bytesOf } from './support/wire-bytes.ts';
import { argumentError, tools } from './support/tools.ts';

type Row = Record<string, unknown>;
type WireRows = { columns: string[]; rows: unknown[][] };
type WireChange = { changes: unknown; id: unknown };

/** What JSON has no word for is an object of one field: `daemon/modules/database/wire-values.ts` has the other side. */
function encode(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { real: String(value) };
  if (typeof value === 'bigint') return { big: String(value) };
  if (value instanceof Date) return value.toISOString();
  const bytes = bytesOf(value);
  if (bytes === undefined) throw argumentError('parameter', 'null, a number, bigint, string, boolean, Date or bytes', value); // prettier-ignore
  return { blob: bytes.toString('base64') };
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { big, real, blob } = value as { big?: string; real?: string; blob?: string };
  if (big !== undefined) return BigInt(big);
  return real === undefined ? Buffer.from(blob ?? '', 'base64') : Number(real);
}

/** `?` in their order, given one by one or as one list; or names of `:name`, `@name`, `$name` as one object. */
function parametersOf(given: readonly unknown[]): unknown {
  const [first] = given;
  if (given.length !== 1) return given.map(encode);
  if (Array.isArray(first)) return first.map(encode);
  const isNamed =
    typeof first === 'object' && first !== null && !(first instanceof Date) && bytesOf(first) === undefined;
  return isNamed ? Object.fromEntries(Object.entries(first).map(([name, value]) => [name, encode(value)])) : [encode(first)]; // prettier-ignore
}

/** Opens a database; another one that is open is closed. */
function configure(driver: string, dataSource: string): void {
  tools.callHost('database', 'configure', [driver, dataSource]);
}

/** An object for each row. Integers beyond 2^53 are bigints, blobs are Buffers. */
function query(sql: string, ...parameters: unknown[]): Row[] {
  const { columns, rows } = tools.callHost('database', 'query', [sql, parametersOf(parameters)]) as WireRows;
  return rows.map((row) => Object.fromEntries(row.map((value, index) => [columns[index], decode(value)])) as Row);
}

/** One statement, or without parameters several. Throws when it fails. */
function exec(sql: string, ...parameters: unknown[]): { success: true; rowsAffected: unknown; lastInsertId: unknown } {
  const { changes, id } = tools.callHost('database', 'exec', [sql, parametersOf(parameters)]) as WireChange;
  return { success: true, rowsAffected: decode(changes), lastInsertId: decode(id) };
}

/** How many transactions we are in. An execution that is interrupted in one leaves it too high: see `transaction`. */
let depth = 0;

/**
 * Calls `work`, and commits what it did; when it throws, all of that is undone. Transactions may be nested.
 * @returns what `work` returns, which must not be a promise: others would get into the transaction meanwhile
 */
function transaction<Result>(work: () => Result): Result {
  if (typeof work !== 'function') throw argumentError('work', 'of type function', work);
  // No transaction outlives the turn that it began in. What an interrupt has cut off is undone by the next one.
  if (depth === 0) queueMicrotask(() => { depth = 0; }); // prettier-ignore
  const level = tools.callHost('database', 'begin', [depth > 0]);
  depth++;
  try {
    const result = work();
    if (tools.isPromise(result)) throw argumentError('work', 'a function that returns no promise', result);
    tools.callHost('database', 'commit', [level]);
    return result;
  } catch (error) {
    tools.callHost('database', 'rollback', [level]);
    throw error;
  } finally {
    depth--;
  }
}

function close(): void {
  tools.callHost('database', 'close', []);
}

export const builtIn = { close, configure, exec, query, transaction };
