import { isAbsolute, resolve } from 'node:path';
import { realpath, stat } from 'node:fs/promises';
import { VmError } from '../../shared/errors/vm-error.ts';
import { isInside } from './inside.ts';
import { openInside, type OpenRefusal } from './open-inside.ts';

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
  const opened = await openInside(worktree, resolve(worktree, path), MAX_SOURCE_BYTES);
  if ('refusal' in opened) throw refused(opened.refusal, path);
  try {
    return { absolute_path: opened.path, source: await opened.file.readFile('utf8') };
  } finally {
    await opened.file.close();
  }
}

function refused({ why, code, size }: OpenRefusal, path: string): VmError {
  switch (why) {
    case 'missing':
      return new VmError('FILE_NOT_FOUND', `${path} does not exist in the worktree.`, { path });
    case 'outside':
      return escapes(path);
    case 'not_a_file':
      return new VmError('INVALID_PATH', `${path} is not a file.`, { path });
    case 'unreadable':
      return new VmError('INVALID_PATH', `${path} cannot be read (${code ?? 'unknown'}).`, { path });
    case 'too_large':
      return new VmError('PAYLOAD_TOO_LARGE', `${path} is larger than ${MAX_SOURCE_BYTES} bytes.`, { path, size });
  }
}

function escapes(path: string): VmError {
  return new VmError('INVALID_PATH', 'Path escapes allowed worktree', { path });
}
