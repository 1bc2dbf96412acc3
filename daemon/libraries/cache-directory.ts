import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';

/** Names below the cache's folder. Everything is written in `tmp` and renamed to its place. */
const FOLDERS = ['content', 'index', 'tmp'] as const;
export type CacheFolder = (typeof FOLDERS)[number];

/**
 * What nobody needs is removed only when it is this old. A process that adds a library right now has made its files, or
 * touched them, within seconds; an hour forgives one that was suspended.
 */
const GRACE_MS = 3_600_000;

/** The user's cache folder of libraries; VM_SYSTEM_CACHE_DIR moves it. */
export function libraryCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['VM_SYSTEM_CACHE_DIR'];
  const cache = base === undefined || base === '' ? envPaths('vm-system', { suffix: '' }).cache : base;
  return join(cache, 'libraries');
}

/**
 * A folder of files that several processes write at once and that stays whole when one is killed: a file is either
 * complete under its name or not there.
 */
export class CacheDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  file(folder: CacheFolder, name: string): string {
    return join(this.path, folder, name);
  }

  /** Puts a complete and synced file under its name, replacing what was there. */
  async write(folder: CacheFolder, name: string, data: string): Promise<void> {
    await this.#prepare();
    const temporary = this.file('tmp', randomUUID());
    const target = this.file(folder, name);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(data);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  }

  /** An empty folder for work in progress, on the same file system; whoever asks removes it. */
  async temporaryFolder(): Promise<string> {
    await this.#prepare();
    const folder = this.file('tmp', randomUUID());
    await mkdir(folder, { mode: 0o700 });
    return folder;
  }

  /** Names of the files in a folder; none when it does not exist yet. */
  async names(folder: CacheFolder): Promise<string[]> {
    try {
      return await readdir(join(this.path, folder));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Says that a file is in use, so that `removeOld` leaves it. False when it is not there. */
  async touch(folder: CacheFolder, name: string): Promise<boolean> {
    const now = new Date();
    try {
      await utimes(this.file(folder, name), now, now);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async remove(folder: CacheFolder, name: string): Promise<void> {
    await rm(this.file(folder, name), { recursive: true, force: true });
  }

  /** Removes what is older than the grace time and not in `keep`. */
  async removeOld(folder: CacheFolder, keep: ReadonlySet<string>): Promise<void> {
    for (const name of await this.names(folder)) {
      if (keep.has(name)) continue;
      const stats = await stat(this.file(folder, name)).catch(() => undefined);
      if (stats !== undefined && Date.now() - stats.mtimeMs > GRACE_MS) await this.remove(folder, name);
    }
  }

  /** What a foreign user could have put there is not to be run. Throws when the cache exists and is somebody else's. */
  async requireOurs(): Promise<void> {
    const user = process.getuid?.();
    if (user === undefined) return;
    const stats = await stat(this.path).catch(() => undefined);
    if (stats === undefined || stats.uid === user) return;
    throw new Error(`The cache ${this.path} belongs to another user; set VM_SYSTEM_CACHE_DIR to a folder of yours.`);
  }

  /** Makes the folders, for this user alone. */
  async #prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await this.requireOurs();
    if (process.platform !== 'win32') await chmod(this.path, 0o700);
    for (const folder of FOLDERS) await mkdir(join(this.path, folder), { recursive: true, mode: 0o700 });
  }
}

export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Makes a rename survive a power cut. Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
