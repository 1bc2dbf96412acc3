import path from 'node:path';
import type Database from 'better-sqlite3';
import { prepareDatabasePath } from './database-path.ts';
import { ExecutionRows } from './execution-rows.ts';
import { inspectDatabase } from './inspect-database.ts';
import { SqliteJournal } from './journal.ts';
import { SqliteMaintenance } from './maintenance.ts';
import { schemaVersion } from './migrate.ts';
import { openDatabase, type DatabaseOptions } from './open-database.ts';
import { OwnerLock } from './owner-lock.ts';
import { finaliseInterrupted, type Recovered } from './recovery.ts';
import { SessionRows } from './session-rows.ts';
import { adviceFor, guarded } from './storage-failure.ts';
import { StoreOpenError } from './store-open-error.ts';
import type { Store, StoreDescription } from './store.ts';
import { TemplateRows } from './template-rows.ts';

export type SqliteStoreOptions = DatabaseOptions & {
  /** The database's file, made when it does not exist; `:memory:` for one that nothing keeps. */
  path: string;
  /** Told what no caller hears of: a disk that refuses, a listener that throws. By default a warning of the process. */
  onProblem?: (problem: unknown) => void;
};

/** The store in SQLite. One process owns it at a time. */
export class SqliteStore implements Store {
  readonly templates: TemplateRows;
  readonly sessions: SessionRows;
  readonly executions: ExecutionRows;
  readonly journal: SqliteJournal;
  readonly maintenance: SqliteMaintenance;
  /** What the daemon before this one left open, and this start has ended. */
  readonly recovered: Recovered;
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #lock: OwnerLock | undefined;

  constructor(file: string, database: Database.Database, lock: OwnerLock | undefined, options: SqliteStoreOptions) {
    this.#path = file;
    this.#database = database;
    this.#lock = lock;
    this.journal = new SqliteJournal(database, options.onProblem ?? warn);
    // Before recovery: what is staged may be the end of an execution that seems to run.
    this.journal.recover();
    this.recovered = finaliseInterrupted(database, Date.now());
    this.templates = new TemplateRows(database);
    this.sessions = new SessionRows(database);
    this.maintenance = new SqliteMaintenance(database, () => {
      this.journal.flushForRead();
    });
    this.executions = new ExecutionRows(database, () => this.journal.flushForRead());
  }

  describe(): StoreDescription {
    return guarded(() => {
      const number = (pragma: string): number => this.#database.pragma(pragma, { simple: true }) as number;
      return {
        path: this.#path,
        schema_version: schemaVersion(this.#database),
        sqlite_version: this.#database.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '',
        size_bytes: number('page_count') * number('page_size'),
        queue_depth: this.journal.length,
      };
    });
  }

  /** Idempotent. */
  close(): void {
    if (!this.#database.open) return;
    try {
      this.journal.close();
    } finally {
      this.#database.close();
      this.#lock?.release();
    }
  }
}

/**
 * Opens the database, brings its schema up to date, and ends what a killed daemon left open in it.
 * Throws StoreOpenError, with a sentence for a person, and leaves a database that it refuses as it is.
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  if (options.path === ':memory:') return openOwned(':memory:', undefined, options);
  const file = path.resolve(options.path);
  try {
    prepareDatabasePath(file);
    const lock = new OwnerLock(file);
    try {
      inspectDatabase(file);
      return openOwned(file, lock, options);
    } catch (error) {
      const isOurs = !(error instanceof StoreOpenError && (error.reason === 'foreign' || error.reason === 'damaged'));
      if (isOurs) lock.release();
      else lock.undo();
      throw error;
    }
  } catch (error) {
    throw asOpenError(error, file);
  }
}

function openOwned(file: string, lock: OwnerLock | undefined, options: SqliteStoreOptions): SqliteStore {
  const database = openDatabase(file, options);
  try {
    return new SqliteStore(file, database, lock, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

function asOpenError(error: unknown, file: string): unknown {
  if (error instanceof StoreOpenError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const why =
    adviceFor(error) ?? (code.startsWith('SQLITE_') || error instanceof Error ? (error as Error).message : code);
  return new StoreOpenError('storage', `The database ${file} cannot be opened: ${why}.`, { cause: error });
}

function warn(problem: unknown): void {
  process.emitWarning(problem instanceof Error ? problem : String(problem));
}
