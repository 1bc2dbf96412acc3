import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { lstat, restrictToOwner } from './database-path.ts';
import { requireKnownVersion } from './inspect-database.ts';
import { migrate, schemaVersion } from './migrate.ts';

export type Durability = 'normal' | 'full';

/** Another program in the database (a shell, a backup) is waited for this long; the daemon stands still meanwhile. */
const BUSY_TIMEOUT_MS = 200;

/**
 * Pages of 4 KiB in the log at which it is copied into the database. Copying stops the daemon, measured: 1,000 pages
 * for 9 ms, 4,000 for 29 ms, with the same number of events per second.
 */
const CHECKPOINT_PAGES = 1000;

/** A log that a burst has made larger than this is cut when it is next reused; four checkpoints' worth. */
const LOG_SIZE_LIMIT = 16 * 1024 * 1024;

/** What is written and read is recent: the right edge of a few trees. 8 MiB hold far more than that. */
const CACHE_KIB = 8 * 1024;

export type DatabaseOptions = {
  /** normal (the default) survives the death of the process; full syncs each commit, and survives power loss. */
  durability?: Durability;
  /** For tests of a full disk: the database may grow to this many pages. */
  maxPages?: number;
};

/** Opens the database, making it when it does not exist (mode 0600), with the newest schema. */
export function openDatabase(file: string, options: DatabaseOptions = {}): Database.Database {
  const inMemory = file === ':memory:';
  // SQLite gives its other files the mode of this one.
  if (!inMemory && lstat(file) === undefined) writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  if (!inMemory) restrictToOwner(file);
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    requireKnownVersion(schemaVersion(database), file);
    configure(database, options);
    // Before the switch to a log: so our mark is in the file itself from its first byte on.
    migrate(database, Date.now());
    database.pragma('journal_mode = WAL');
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`journal_size_limit = ${LOG_SIZE_LIMIT}`);
    if (!inMemory) restrictToOwner(file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function configure(database: Database.Database, { durability, maxPages }: DatabaseOptions): void {
  database.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
  database.pragma('foreign_keys = ON');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  if (maxPages !== undefined) database.pragma(`max_page_count = ${maxPages}`);
  // Defence against a crafted file: its schema may call no function with effects, and its cells are checked.
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
}
