import { constants } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { VmError } from '../../shared/errors/vm-error.ts';

/** Above this a file is surely not source code, and its text would only burden daemon and host. */
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

export type SourceFile = { absolute_path: string; source: string };

/** The real path of an existing folder. Throws VALIDATION_ERROR when relative, WORKTREE_NOT_FOUND otherwise. */
export async function resolveWorktree(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new VmError('VALIDATION_ERROR', 'worktree_path must be an absolute path.', { field: 'worktree_path' });
  }
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw worktreeNotFound(path, error);
  }
  throw worktreeNotFound(path);
}

function worktreeNotFound(path: string, cause?: unknown): VmError {
  const message = `The worktree ${path} is not an existing folder; create it first.`;
  return new VmError('WORKTREE_NOT_FOUND', message, { worktree_path: path }, { cause });
}

/**
 * Reads a source file of a worktree. The path is relative, and what it leads to after symlinks must be a file inside.
 * Throws INVALID_PATH, FILE_NOT_FOUND, PAYLOAD_TOO_LARGE.
 * @param worktree absolute, symlinks resolved
 */
export async function readWorktreeFile(worktree: string, path: string): Promise<SourceFile> {
  if (path.includes('\0') || isAbsolute(path) || !isInside(worktree, resolve(worktree, path))) throw escapes(path);
  const file = await openFile(resolve(worktree, path), path);
  try {
    const absolute_path = await verify(file, worktree, path);
    return { absolute_path, source: await file.readFile('utf8') };
  } finally {
    await file.close();
  }
}

async function openFile(target: string, path: string): Promise<FileHandle> {
  try {
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    return await open(target, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') throw fileNotFound(path);
    throw new VmError('INVALID_PATH', `${path} cannot be read (${String(code)}).`, { path }, { cause: error });
  }
}

/** What was opened is what is checked: a symlink that is swapped in between changes the inode, and is refused. */
async function verify(file: FileHandle, worktree: string, path: string): Promise<string> {
  const opened = await file.stat();
  const real = await realpath(resolve(worktree, path)).catch(() => undefined);
  if (real === undefined) throw fileNotFound(path);
  if (!isInside(worktree, real)) throw escapes(path);
  const now = await stat(real).catch(() => undefined);
  if (now?.ino !== opened.ino || now.dev !== opened.dev) throw escapes(path);
  if (!opened.isFile()) throw new VmError('INVALID_PATH', `${path} is not a file.`, { path });
  if (opened.size > MAX_SOURCE_BYTES) {
    throw new VmError('PAYLOAD_TOO_LARGE', `${path} is larger than ${MAX_SOURCE_BYTES} bytes.`, {
      path,
      size: opened.size,
    });
  }
  return real;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function escapes(path: string): VmError {
  return new VmError('INVALID_PATH', 'Path escapes allowed worktree', { path });
}

function fileNotFound(path: string): VmError {
  return new VmError('FILE_NOT_FOUND', `${path} does not exist in the worktree.`, { path });
}
