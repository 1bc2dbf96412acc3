import { rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { lstat } from './database-path.ts';
import { adviceFor } from './storage-failure.ts';
import { StoreOpenError } from './store-open-error.ts';

/** How long to wait for the lock: two that start in the same moment can hinder each other for that moment only. */
const LOCK_WAIT_MS = 250;

/**
 * Ownership of a database: an exclusive transaction on an empty side file, `<database>.lock`. The operating system
 * drops it when the process ends, however it ends, so there is never a stale one to clear away.
 */
export class OwnerLock {
  readonly #file: string;
  readonly #isNew: boolean;
  readonly #database: Database.Database;

  /** Throws StoreOpenError `in_use` when another process, or another store of this one, owns the database. */
  constructor(databaseFile: string, { waitMs = LOCK_WAIT_MS } = {}) {
    this.#file = `${databaseFile}.lock`;
    this.#isNew = createEmpty(this.#file);
    this.#database = hold(this.#file, databaseFile, waitMs);
  }

  release(): void {
    this.#database.close();
  }

  /**
   * Releases, and leaves nothing behind beside a file that turned out to be no database of ours. Only then: who waits
   * for a lock file that is removed would own nothing.
   */
  undo(): void {
    if (this.#isNew) rmSync(this.#file, { force: true });
    this.release();
  }
}

/** Creates only: opening the file when it exists, and closing it, would drop a lock that this process holds on it. */
function createEmpty(file: string): boolean {
  if (lstat(file) !== undefined) return false;
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StoreOpenError('storage', `${file} cannot be made: ${(error as Error).message}.`, { cause: error });
  }
}

function hold(lockFile: string, databaseFile: string, waitMs: number): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(lockFile, { timeout: waitMs, fileMustExist: true });
    // Nothing is ever written, so no journal is wanted beside it.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    throw refusal(error, lockFile, databaseFile);
  }
}

function refusal(error: unknown, lockFile: string, databaseFile: string): StoreOpenError {
  const code = error instanceof Database.SqliteError ? error.code : '';
  if (code.startsWith('SQLITE_BUSY')) {
    const message = `Another vm-system daemon uses the database ${databaseFile}; stop it, or give another database.`;
    return new StoreOpenError('in_use', message, { cause: error });
  }
  if (code.startsWith('SQLITE_NOTADB')) {
    return new StoreOpenError('path', `${lockFile} is not a lock file of vm-system; move it away.`, { cause: error });
  }
  const why = adviceFor(error) ?? (error as Error).message;
  return new StoreOpenError('storage', `The lock ${lockFile} cannot be taken: ${why}.`, { cause: error });
}
