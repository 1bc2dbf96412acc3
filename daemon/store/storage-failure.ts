import Database from 'better-sqlite3';
import { VmError } from '../../shared/errors/vm-error.ts';

/** What to do about a failure of the storage, by the primary result code of SQLite. All others are mistakes of ours. */
const ADVICE: Readonly<Record<string, string>> = {
  FULL: 'the disk is full; free some space',
  IOERR: 'the disk reports an error, or is full; check it',
  READONLY: 'the database is read-only; make its files and its folder writable',
  PERM: 'the database may not be accessed; give this user the right to',
  CANTOPEN: 'the files of the database cannot be opened; see that its folder exists and is writable',
  BUSY: 'another program has locked the database; close that program',
  LOCKED: 'another program has locked the database; close that program',
  PROTOCOL: 'another program has locked the database; close that program',
  NOMEM: 'memory ran out; free some',
  CORRUPT: 'the database is damaged; stop the daemon and restore a backup',
  NOTADB: 'the database is damaged; stop the daemon and restore a backup',
};

/** What to do about `error` when it is the storage that failed, else undefined. */
export function adviceFor(error: unknown): string | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  // Extended codes carry a suffix: SQLITE_IOERR_WRITE.
  return ADVICE[error.code.split('_')[1] ?? ''];
}

/** `error` as STORAGE_UNAVAILABLE when it is the storage that failed, else as it is. */
export function asStorageError(error: unknown): unknown {
  const advice = adviceFor(error);
  if (advice === undefined) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new VmError(
    'STORAGE_UNAVAILABLE',
    `The database cannot be used: ${advice}.`,
    { sqlite_code: code },
    { cause: error },
  );
}

/** Runs `work`; a failure of the storage is thrown as STORAGE_UNAVAILABLE. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStorageError(error);
  }
}

/** Whether `error` is a violation of the constraint of this kind: UNIQUE, FOREIGNKEY, … */
export function violates(error: unknown, kind: 'UNIQUE' | 'FOREIGNKEY'): boolean {
  return error instanceof Database.SqliteError && error.code === `SQLITE_CONSTRAINT_${kind}`;
}
