import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Something about the data directory that would let others in, or keeps us out; the message says how to mend it. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/** Not known to Windows, where making links takes a privilege. */
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/** A pipe that somebody planted must not keep us waiting for its other end. */
const NO_WAIT = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/** Where a user's daemon keeps its database, token and sockets: VM_SYSTEM_DATA_DIR, else what the system has for it. */
export function defaultDataDirectory(): string {
  const chosen = process.env['VM_SYSTEM_DATA_DIR'] ?? '';
  return chosen === '' ? envPaths('vm-system', { suffix: '' }).data : chosen;
}

/** Makes the directory, private to the user, or checks that it is. Throws DataDirectoryError. */
export function ensureDataDirectory(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw new DataDirectoryError(
      `cannot make the data directory ${path}: ${reason(error)}; choose another with --data-dir`,
    );
  }
  const stats = lstatSync(path);
  if (!stats.isDirectory())
    throw new DataDirectoryError(`the data directory ${path} is not a folder of its own; remove it`);
  requireOwner(path, stats.uid);
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw new DataDirectoryError(`others can enter the data directory ${path}; run: chmod 700 '${path}'`);
  }
}

/** A data directory, made if need be and checked, in its one true spelling: two names of a folder must not have two daemons. */
export function privateFolder(given: string | undefined): string {
  const path = resolve(given ?? defaultDataDirectory());
  ensureDataDirectory(path);
  return realpathSync(path);
}

/**
 * With the folders above it, as `recursive` does; that one never comes back where the system lets nobody make a folder.
 * Others may make the same folders at any moment between two steps: what is there is never an error.
 */
function makeFolder(path: string): void {
  if (makeOne(path) === undefined) return;
  const parent = dirname(resolve(path));
  if (!existsSync(parent)) makeFolder(parent);
  const error = makeOne(path);
  if (error !== undefined) throw error;
}

/** Undefined when the folder is there now, by us or by another; else the error that says that the folder above it is missing. */
function makeOne(path: string): Error | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return error as Error;
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return undefined;
}

/** The bearer token of a data directory, made on first use. Throws DataDirectoryError. */
export function ensureToken(dataDirectory: string): string {
  ensureDataDirectory(dataDirectory);
  const path = tokenPath(dataDirectory);
  const existing = readToken(dataDirectory);
  if (existing !== undefined) return existing;
  try {
    writeWhole(path, `${randomBytes(32).toString('base64url')}\n`);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new DataDirectoryError(`cannot write ${path}: ${reason(error)}`);
  }
  const token = readToken(dataDirectory);
  if (token === undefined) throw new DataDirectoryError(`${path} holds no token; remove it and start again`);
  return token;
}

/**
 * Makes a private file that appears with all of its text, or throws EEXIST: of two processes that make it at once one
 * wins, none ever reads half of it, and a link that somebody planted is not followed.
 */
function writeWhole(path: string, text: string): void {
  const options = { flag: 'wx', mode: 0o600 } as const;
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, text, options);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    // A file system without hard links: exclusive still, though not at one stroke.
    writeFileSync(path, text, options);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The token, or undefined when there is none. Throws DataDirectoryError for a file that others could have written. */
export function readToken(dataDirectory: string): string | undefined {
  const path = tokenPath(dataDirectory);
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new DataDirectoryError(`cannot read the token ${path}: ${reason(error)}; remove it and start again`);
  }
  try {
    const stats = fstatSync(file);
    requireOwner(path, stats.uid);
    if (!stats.isFile()) throw new DataDirectoryError(`the token ${path} is no file; remove it and start again`);
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
      throw new DataDirectoryError(`others can read the token ${path}; remove it and start the daemon again`);
    }
    const token = readFileSync(file, 'utf8').trim();
    return token === '' ? undefined : token;
  } finally {
    closeSync(file);
  }
}

function tokenPath(dataDirectory: string): string {
  return join(dataDirectory, 'token');
}

function requireOwner(path: string, uid: number): void {
  const own = process.getuid?.();
  if (own === undefined || uid === own) return;
  throw new DataDirectoryError(`${path} belongs to another user; choose another data directory with --data-dir`);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^[A-Z]+: /, '') : String(error);
}
