import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { OwnershipError } from './ownership-error.ts';

/** Not known to Windows, where making links takes a privilege; access rights are inherited from the folder there. */
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/** A pipe that somebody planted must not keep us waiting for its other end. */
const NO_WAIT = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

type Kind = 'file' | 'folder' | 'socket';

/** What is at `path` without following a link, if it is a private thing of ours; undefined when there is nothing. */
export function requirePrivate(path: string, kind: Kind): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) requireOurs(path, kind, stats);
  return stats;
}

/** Makes a folder for us alone, or checks that it is one. Its parent must exist. Throws OwnershipError. */
export function ensurePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new OwnershipError(`the folder ${path} cannot be made: ${(error as Error).message}`, { cause: error });
    }
  }
  requirePrivate(path, 'folder');
}

/** The text of a private file of ours; undefined when there is none. Throws OwnershipError. */
export function readPrivateFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // A symbolic link gives ELOOP: what it leads to is not looked at.
    throw new OwnershipError(`${path} cannot be read (${String(code)}): it is not a file of vm-system; remove it`);
  }
  try {
    requireOurs(path, 'file', fstatSync(file));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Replaces a private file in one step: who reads sees the old text or the new, never half of it. */
export function writePrivateFile(path: string, text: string): void {
  requirePrivate(path, 'file');
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
  renameSync(temporary, path);
}

function requireOurs(path: string, kind: Kind, stats: Stats): void {
  const is = { file: stats.isFile(), folder: stats.isDirectory(), socket: stats.isSocket() };
  if (!is[kind]) {
    const found = stats.isSymbolicLink() ? 'a symbolic link' : 'something else';
    throw new OwnershipError(`${path} is ${found} and not a ${kind} of vm-system; remove it`);
  }
  if (process.platform === 'win32') return;
  if (stats.uid !== process.getuid?.()) throw new OwnershipError(`${path} belongs to another user; remove it`);
  if ((stats.mode & 0o077) !== 0) {
    throw new OwnershipError(`others have rights on ${path}; run: chmod go-rwx '${path}'`);
  }
}
