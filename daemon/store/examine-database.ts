import Database from 'better-sqlite3';
import { lstat } from './database-path.ts';
import { requireHeader, requireKnownVersion, requireTables } from './inspect-database.ts';
import { schemaVersion, tablesOf } from './migrate.ts';
import { EXECUTION_COLUMNS, readStaged, type StagedOperation } from './staged-operations.ts';
import { StoreOpenError } from './store-open-error.ts';

/** Up to this size every index is compared with its table, which takes a second or two; beyond it only pages are read. */
const THOROUGH_BYTES = 512 * 1024 * 1024;

/** A daemon holds its write lock for milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

export type Examined = { size_bytes: number; schema_version: number; sessions: number; executions: number };

/**
 * Looks at everything in a database, also while a daemon writes to it: readers of a write-ahead log keep nobody waiting.
 * Throws StoreOpenError for what is no sound database of ours, and the system's error for what cannot be read.
 */
export function examineDatabase(file: string): Examined {
  const size_bytes = lstat(file)?.size ?? 0;
  requireHeader(file, size_bytes);
  // Not opened for reading only: the last who closes such a connection cannot clear away the log that it needed.
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
  try {
    database.pragma('query_only = ON');
    const version = schemaVersion(database);
    requireKnownVersion(version, file);
    requireTables(database, file);
    requireWhole(database, file, size_bytes);
    // One moment of it: a daemon goes on filing.
    return database.transaction(() => ({ size_bytes, schema_version: version, ...contentOf(database, version) }))();
  } catch (error) {
    throw isDamage(error) ? damaged(file, (error as Error).message) : error;
  } finally {
    database.close();
  }
}

function contentOf(database: Database.Database, version: number): Pick<Examined, 'sessions' | 'executions'> {
  const count = (table: string): number =>
    database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return { sessions: count('vm_session'), executions: count('execution') + stagedExecutions(database, version) };
}

function stagedExecutions(database: Database.Database, version: number): number {
  if (!tablesOf(version).includes('journal')) return 0;
  const rows = database.prepare<[], string>('SELECT operations FROM journal').pluck().all();
  return rows.flatMap(inserts).length;
}

/** A damaged row holds none: the next start leaves it out. */
function inserts(row: string): StagedOperation[] {
  try {
    return readStaged(row).filter(({ length }) => length === EXECUTION_COLUMNS);
  } catch {
    return [];
  }
}

function requireWhole(database: Database.Database, file: string, bytes: number): void {
  const check = bytes <= THOROUGH_BYTES ? 'integrity_check(1)' : 'quick_check(1)';
  const verdict = database.pragma(check, { simple: true });
  if (verdict !== 'ok') throw damaged(file, String(verdict));
  const [orphan] = database.pragma('foreign_key_check') as { table: string }[];
  if (orphan !== undefined) throw damaged(file, `a row of ${orphan.table} refers to nothing`);
}

function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

function damaged(file: string, why: string): StoreOpenError {
  return new StoreOpenError('damaged', `The database ${file} is damaged: ${why.replaceAll('\n', ' ')}`);
}
