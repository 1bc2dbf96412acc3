import { constants, type Stats } from 'node:fs';
import { open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { isInside } from './inside.ts';

export type OpenRefusal = {
  why: 'missing' | 'outside' | 'not_a_file' | 'unreadable' | 'too_large';
  /** The operating system's error code, when it was the one to refuse. */
  code?: string;
  size?: number;
};

/** An open file and where it really lies; whoever gets it closes it. */
export type OpenedFile = { file: FileHandle; path: string; stats: Stats };

const MAX_ATTEMPTS = 3;

/**
 * Opens a file that lies inside a folder after all symlinks, or says why not. What was opened is what is checked, so a
 * symlink that is swapped at the wrong moment cannot lead outside.
 * @param folder absolute, symlinks resolved
 * @param path absolute
 */
export async function openInside(
  folder: string,
  path: string,
  maxBytes: number,
): Promise<OpenedFile | { refusal: OpenRefusal }> {
  for (let attempt = 1; ; attempt++) {
    const file = await tryOpen(path);
    if ('refusal' in file) return file;
    const verified = await verify(file, folder, path, maxBytes).catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
    if (!('refusal' in verified)) return verified;
    await file.close();
    // It was there a moment ago: an editor that saves by renaming has put another in its place.
    if (verified.refusal.why !== 'missing' || attempt === MAX_ATTEMPTS) return verified;
  }
}

async function tryOpen(path: string): Promise<FileHandle | { refusal: OpenRefusal }> {
  try {
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

/** What the operating system's error means. */
export function refusalOf(error: unknown): OpenRefusal {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return { why: 'missing' };
  // Windows answers so for a folder.
  if (code === 'EISDIR') return { why: 'not_a_file' };
  return { why: 'unreadable', ...(code === undefined ? {} : { code }) };
}

async function verify(
  file: FileHandle,
  folder: string,
  path: string,
  maxBytes: number,
): Promise<OpenedFile | { refusal: OpenRefusal }> {
  const [stats, real] = await Promise.all([file.stat(), pathOf(file)]);
  const place = stats.nlink === 0 ? undefined : (real ?? (await pathByName(path, stats)));
  if (place === undefined) return { refusal: { why: 'missing' } };
  const refusal = judge(folder, place, stats, maxBytes);
  return refusal === undefined ? { file, path: place, stats } : { refusal };
}

/** Why a file may not be read that is open and lies at `place`. */
export function judge(folder: string, place: string, stats: Stats, maxBytes: number): OpenRefusal | undefined {
  if (!isInside(folder, place)) return { why: 'outside' };
  if (!stats.isFile()) return { why: 'not_a_file' };
  return stats.size > maxBytes ? { why: 'too_large', size: stats.size } : undefined;
}

/** Linux tells where an open file lies, which no race can falsify. */
async function pathOf(file: FileHandle): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const path = await readlink(`/proc/self/fd/${file.fd}`).catch(() => undefined);
  return path?.startsWith('/') === true ? path : undefined;
}

/** Elsewhere than on Linux: the name is resolved again, and must lead to the very inode that was opened. */
export async function pathByName(path: string, opened: Stats): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const now = await stat(real).catch(() => undefined);
  return now?.ino === opened.ino && now.dev === opened.dev ? real : undefined;
}
