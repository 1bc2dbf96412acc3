import { accessSync, chmodSync, constants, lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { StoreOpenError } from './store-open-error.ts';

/** Files that SQLite and we keep beside the database. */
const COMPANIONS = ['', '-wal', '-shm', '-journal', '.lock'] as const;

const OWNER_ONLY = 0o600;

/**
 * Sees that a database can be at `file`: makes the folders that are missing (mode 0700), and refuses what is no plain
 * file of this user, or cannot be written. Only looks at names: opening a database's file ourselves, and closing it,
 * would drop the locks that this process may hold on it.
 */
export function prepareDatabasePath(file: string): void {
  const folder = path.dirname(file);
  makeFolder(folder);
  for (const suffix of COMPANIONS) requirePlainFile(file + suffix);
  requireWritable(folder, `The folder ${folder}`);
  if (lstat(file) !== undefined) requireWritable(file, `The database ${file}`);
}

/** Takes from others what rights they have on the files of the database. */
export function restrictToOwner(file: string): void {
  for (const suffix of COMPANIONS) {
    const stats = lstat(file + suffix);
    if (stats !== undefined && (stats.mode & 0o777) !== OWNER_ONLY) chmodSync(file + suffix, OWNER_ONLY);
  }
}

/** What is at `file`, without following a symbolic link; undefined when there is nothing. */
export function lstat(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    const why = reason === 'EEXIST' || reason === 'ENOTDIR' ? 'a file is in the way' : (error as Error).message;
    throw new StoreOpenError('path', `The folder ${folder} for the database cannot be made: ${why}.`, { cause: error });
  }
  if (!statSync(folder).isDirectory()) throw new StoreOpenError('path', `${folder} is not a folder.`);
}

function requirePlainFile(file: string): void {
  const stats = lstat(file);
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) {
    throw new StoreOpenError('path', `${file} is a symbolic link; give the path of the database itself.`);
  }
  if (stats.isDirectory()) {
    throw new StoreOpenError('path', `${file} is a folder; give the path of a file for the database.`);
  }
  if (!stats.isFile()) throw new StoreOpenError('path', `${file} is not a plain file.`);
  // Windows has no user ids; its access rights are inherited from the folder.
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user) {
    throw new StoreOpenError('path', `${file} belongs to another user; give a database of your own.`);
  }
}

function requireWritable(target: string, subject: string): void {
  try {
    accessSync(target, constants.W_OK);
  } catch (error) {
    throw new StoreOpenError('path', `${subject} cannot be written by this user.`, { cause: error });
  }
}
