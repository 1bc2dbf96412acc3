import type Database from 'better-sqlite3';
import { initial } from './migrations/0001-initial.ts';
import { retention } from './migrations/0002-retention.ts';
import { journal } from './migrations/0003-journal.ts';
import type { Migration } from './migrations/migration.ts';

const MIGRATIONS: readonly Migration[] = [initial, retention, journal];

/** The version of the schema that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Marks a database as ours, in the file's header: "vmsy" in ASCII. */
export const APPLICATION_ID = 0x766d7379;

/** The tables of the first version. */
const INITIAL_TABLES = [
  'vm',
  'vm_settings',
  'vm_capability',
  'vm_startup_file',
  'vm_session',
  'execution',
  'execution_event',
  'migrations',
] as const;

/** Every table of the schema. */
export const TABLES = [...INITIAL_TABLES, 'journal'] as const;

/** The tables of a schema of this version, for telling a database of ours from one that merely bears our mark. */
export function tablesOf(version: number): readonly string[] {
  return version < journal.version ? INITIAL_TABLES : TABLES;
}

/** The version of the schema in the database; 0 for a new one. */
export function schemaVersion(database: Database.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

/** Runs the migrations that the database lacks, all of them in one transaction. */
export function migrate(database: Database.Database, now: number): void {
  const from = schemaVersion(database);
  if (from >= SCHEMA_VERSION) return;
  const run = database.transaction(() => {
    database.exec(`CREATE TABLE IF NOT EXISTS migrations (
      version INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      applied_at INTEGER NOT NULL
    ) STRICT`);
    const record = database.prepare('INSERT INTO migrations (version, name, applied_at) VALUES (?, ?, ?)');
    for (const { version, name, sql } of MIGRATIONS.slice(from)) {
      database.exec(sql);
      record.run(version, name, now);
    }
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  run.immediate();
}
