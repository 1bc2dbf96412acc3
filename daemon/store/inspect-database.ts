import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { lstat } from './database-path.ts';
import { APPLICATION_ID, SCHEMA_VERSION, schemaVersion, tablesOf } from './migrate.ts';
import { StoreOpenError } from './store-open-error.ts';

/** Up to this size the whole database is checked at each start: that takes 20 ms then (measured), and grows with it. */
const FULL_CHECK_BYTES = 16 * 1024 * 1024;

/** The fields of the header that tell what a database is; see "The Database Header" of SQLite's file format. */
const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/**
 * Refuses, with StoreOpenError and without a change to any file, what is no database, not ours, from a newer version or
 * damaged. A file that does not exist, or is empty, is fine. To be called by the owner of the lock only.
 */
export function inspectDatabase(file: string): void {
  const size = lstat(file)?.size ?? 0;
  if (size === 0) return;
  requireHeader(file, size);
  // An unfinished first start: SQLite must roll it back, which makes the file empty again.
  if (hasContent(`${file}-journal`)) return;
  inspectContent(file, size);
}

/** What the header alone can tell. Throws StoreOpenError. Not while this process has the database open. */
export function requireHeader(file: string, size: number): void {
  const header = readHeader(file);
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new StoreOpenError('damaged', `${file} is not a database, or is damaged; move it away or give another path.`);
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) {
    throw new StoreOpenError('foreign', `${file} is a database of another program; give another path.`);
  }
  // With a log the file may lag behind its header, and the header behind the log.
  if (hasContent(`${file}-wal`) || hasContent(`${file}-journal`)) return;
  if (size < sizeByHeader(header)) throw damaged(file);
  requireKnownVersion(header.readUInt32BE(60), file);
}

/** Throws StoreOpenError for a schema that is newer than this program. */
export function requireKnownVersion(version: number, file: string): void {
  if (version <= SCHEMA_VERSION) return;
  const versions = `schema ${version}, this one knows ${SCHEMA_VERSION}`;
  throw new StoreOpenError('newer', `${file} was written by a newer version of vm-system (${versions}); update.`);
}

function inspectContent(file: string, size: number): void {
  // SQLite makes these even for reading, and leaves them. Those that were there stay.
  const made = [`${file}-wal`, `${file}-shm`].filter((name) => lstat(name) === undefined);
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true });
    requireKnownVersion(schemaVersion(database), file);
    requireTables(database, file);
    if (size <= FULL_CHECK_BYTES) requireSound(database, file);
  } catch (error) {
    throw isDamage(error) ? damaged(file, error) : error;
  } finally {
    database?.close();
    for (const name of made) rmSync(name, { force: true });
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

/** Throws StoreOpenError for a database that merely bears our mark. */
export function requireTables(database: Database.Database, file: string): void {
  const names = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (!tablesOf(schemaVersion(database)).every((table) => names.includes(table))) throw damaged(file);
}

function requireSound(database: Database.Database, file: string): void {
  const verdict = database.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw damaged(file, verdict);
}

function damaged(file: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError('damaged', `The database ${file} is damaged; restore a backup, or move it away.`, {
    cause,
  });
}

function hasContent(file: string): boolean {
  return (lstat(file)?.size ?? 0) > 0;
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    return header.subarray(0, readSync(descriptor, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

function sizeByHeader(header: Buffer): number {
  const pageSize = header.readUInt16BE(16);
  // 1 stands for 65,536, which does not fit.
  return (pageSize === 1 ? 65_536 : pageSize) * header.readUInt32BE(28);
}
