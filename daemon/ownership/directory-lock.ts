import { join } from 'node:path';
import { OwnerLock } from '../store/owner-lock.ts';
import { requirePrivate } from './private-path.ts';

/** What a process may hold of a data directory: `daemon` while it serves it, `start` while it starts a daemon for it. */
export type LockName = 'daemon' | 'start';

export type DirectoryLock = { release(): void };

/**
 * Takes a lock that the system drops when this process ends, however it ends; undefined while another process holds it.
 * Throws OwnershipError for a file that is not ours, StoreOpenError when there can be no lock.
 */
export function tryLock(dataDirectory: string, name: LockName): DirectoryLock | undefined {
  const file = join(dataDirectory, name);
  requirePrivate(`${file}.lock`, 'file');
  try {
    return new OwnerLock(file, { waitMs: 0 });
  } catch (error) {
    if ((error as { reason?: unknown }).reason === 'in_use') return undefined;
    throw error;
  }
}
