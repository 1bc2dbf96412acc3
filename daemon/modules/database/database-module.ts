import Database, { type Database as Connection, type Statement } from 'better-sqlite3';
import { MAX_CALL_BYTES, type ModulePolicy } from '../../../shared/ipc/call-messages.ts';
import { ModuleError, wrongType } from '../denied.ts';
import { Places, systemError } from '../fs/places.ts';
import type { CallContext, HostModule } from '../host-module.ts';
import { checkSql } from './check-sql.ts';
import { openFile, type OpenFile } from './open-file.ts';
import { fromWire, toWire, wireSize, type SqlValue, type WireValue } from './wire-values.ts';

/** Drivers that the original knows; both are SQLite. */
const DRIVERS: ReadonlySet<unknown> = new Set(['sqlite3', 'sqlite']);
const MAX_ROWS = 100_000;
/** Beside it the process holds a query's rows and SQLite's own memory. */
const MAX_MEMORY_BYTES = 128 * 1024 * 1024;
const PAGE_BYTES = 4096;
/** Of several with one name SQLite takes the innermost. */
const SAVEPOINT = 'vm_transaction';

/** Rows as they cross: names once, and values in their order. */
export type WireRows = { columns: string[]; rows: WireValue[][] };
export type WireChange = { changes: WireValue; id: WireValue };

/** One SQLite database for a session: in memory, or a file where its `fs` may write. */
export class DatabaseModule implements HostModule {
  readonly #policy: ModulePolicy;
  #open: OpenFile | undefined;
  #source = '';
  /** Whether `begin` has begun the transaction, and no statement of the guest's. */
  #hasBegun = false;

  constructor(policy: ModulePolicy) {
    this.#policy = policy;
  }

  call(name: string, args: readonly unknown[], context: CallContext): unknown {
    const [first, second] = args;
    switch (name) {
      case 'configure': this.#configure(first, second, context); return undefined;
      case 'query': return this.#query(sqlOf(first), second);
      case 'exec': return this.#exec(sqlOf(first), second);
      case 'begin': return this.#begin(first === true);
      case 'commit': this.#connection().exec(first === 0 ? 'COMMIT' : `RELEASE ${SAVEPOINT}`); return undefined;
      case 'rollback': this.#rollback(first); return undefined;
      case 'close': this.close(); return undefined;
      default: throw new ModuleError('ERR_METHOD_NOT_IMPLEMENTED', `database.${name.slice(0, 40)} is not there`);
    } // prettier-ignore
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.close();
  }

  #configure(driver: unknown, source: unknown, context: CallContext): void {
    if (!DRIVERS.has(driver)) throw wrongType('driver', "'sqlite3' or 'sqlite'");
    if (typeof source !== 'string' || source === '' || source.startsWith('file:'))
      throw wrongType('dataSource', "':memory:' or the path of a file");
    this.close();
    this.#reopen(source);
    context.allow('module:database', `database.configure(${JSON.stringify(source.slice(0, 200))})`);
    this.#source = source;
  }

  #reopen(source: string): OpenFile {
    const open = source === ':memory:' ? openMemory() : this.#openFile(source);
    this.#open = open;
    prepare(open.connection, source === ':memory:' ? MAX_MEMORY_BYTES : this.#policy.fs.quota_bytes);
    return open;
  }

  #openFile(source: string): OpenFile {
    const { fs } = this.#policy;
    // The module alone is enough for files of the worktree; the template may say that they are only to be read.
    const access = fs.worktree === 'ro' ? 'ro' : 'rw';
    try {
      return openFile(new Places({ ...this.#policy, fs: { ...fs, worktree: access } }), source, access);
    } catch (error) {
      throw error instanceof TypeError || isSqlite(error) ? error : systemError(error, source);
    }
  }

  #connection(): Connection {
    if (this.#open === undefined)
      throw new ModuleError('ERR_DATABASE_CLOSED', "No database: call database.configure('sqlite3', ':memory:') first");
    let open = this.#open;
    if (!open.isUsable()) {
      open.close();
      open = this.#reopen(this.#source);
    }
    if (!open.connection.inTransaction) this.#hasBegun = false;
    return open.connection;
  }

  #query(sql: string, given: unknown): WireRows {
    const statement = this.#connection().prepare(sql);
    const parameters = parametersOf(given);
    if (!statement.reader) {
      statement.run(...parameters);
      return { columns: [], rows: [] };
    }
    const columns = statement.columns().map((column) => column.name);
    const rows: WireValue[][] = [];
    let size = 0;
    for (const row of statement
      .raw(true)
      .safeIntegers(true)
      .iterate(...parameters)) {
      const values = (row as unknown[]).map(toWire);
      size += values.reduce((sum: number, value) => sum + wireSize(value), 2);
      if (rows.length >= MAX_ROWS || size > MAX_CALL_BYTES) throw tooManyRows();
      rows.push(values);
    }
    return { columns, rows };
  }

  #exec(sql: string, given: unknown): WireChange {
    const connection = this.#connection();
    const parameters = parametersOf(given);
    const statement = parameters.length === 0 ? single(connection, sql) : connection.prepare(sql);
    if (statement !== undefined && !statement.reader) {
      const { changes, lastInsertRowid } = statement.safeIntegers(true).run(...parameters);
      return { changes, id: toWire(lastInsertRowid) };
    }
    const before = totals(connection).changes;
    // To the end, and what it gives is not asked for.
    if (statement === undefined) connection.exec(sql);
    else for (const _ of statement.iterate(...parameters));
    const { changes, id } = totals(connection);
    return { changes: toWire(changes - before), id: toWire(id) };
  }

  /** @param isNested whether the guest is in a transaction of its own; what an interrupted one has left is undone */
  #begin(isNested: boolean): number {
    const connection = this.#connection();
    if (connection.inTransaction && this.#hasBegun && !isNested) connection.exec('ROLLBACK');
    const isInner = connection.inTransaction;
    connection.exec(isInner ? `SAVEPOINT ${SAVEPOINT}` : 'BEGIN');
    if (!isInner) this.#hasBegun = true;
    return isInner ? 1 : 0;
  }

  /** SQLite may have rolled back already, when it ran out of space. */
  #rollback(depth: unknown): void {
    const connection = this.#connection();
    if (!connection.inTransaction) return;
    if (depth === 0) connection.exec('ROLLBACK');
    else connection.exec(`ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}`);
  }
}

function openMemory(): OpenFile {
  const connection = new Database(':memory:');
  const close = (): void => { connection.close(); }; // prettier-ignore
  return { connection, isUsable: () => true, close };
}

function prepare(connection: Connection, maxBytes: number | undefined): void {
  // Nothing may be written beside the database, and views and triggers of a file are strangers' code.
  connection.pragma('temp_store = MEMORY');
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cell_size_check = ON');
  connection.pragma(`temp.max_page_count = ${MAX_MEMORY_BYTES / PAGE_BYTES}`);
  if (maxBytes === undefined) return;
  const pageBytes = Number(connection.pragma('page_size', { simple: true }));
  connection.pragma(`main.max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
}

/** Undefined: several statements, or none. */
function single(connection: Connection, sql: string): Statement | undefined {
  try {
    return connection.prepare(sql);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function totals(connection: Connection): { changes: bigint; id: bigint } {
  const statement = connection.prepare('SELECT total_changes() AS changes, last_insert_rowid() AS id');
  return statement.safeIntegers(true).get() as { changes: bigint; id: bigint };
}

function sqlOf(value: unknown): string {
  if (typeof value !== 'string') throw wrongType('sql', 'of type string');
  checkSql(value);
  return value;
}

function parametersOf(given: unknown): (SqlValue | Record<string, SqlValue>)[] {
  if (Array.isArray(given)) return given.map(fromWire);
  if (typeof given !== 'object' || given === null) return [];
  return [Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fromWire(value)]))];
}

function tooManyRows(): ModuleError {
  const message = `The query gives more than ${MAX_ROWS} rows or ${MAX_CALL_BYTES} bytes: ask for less with LIMIT`;
  return new ModuleError('ERR_OUT_OF_RANGE', message, { name: 'RangeError' });
}

function isSqlite(error: unknown): boolean {
  return error instanceof Database.SqliteError;
}
