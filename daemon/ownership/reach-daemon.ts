import { setTimeout as delay } from 'node:timers/promises';
import { isServed, type Connected } from './connect.ts';
import { OwnershipError } from './ownership-error.ts';
import { reach } from './reach.ts';
import { startUnlessServed, type StartCommand } from './start-daemon.ts';

/** How often somebody who waits for a daemon that another process starts looks for it. */
const LOOK_MS = 25;

export type ReachOptions = { dataDirectory: string; version: string; start: StartCommand };

/** As `reach`. Many processes may try at once: one of them starts the daemon, the others wait. */
export function reachDaemon({ dataDirectory, version, start }: ReachOptions): Promise<Connected> {
  return reach({ dataDirectory, version, start: () => startOnce(dataDirectory, start) });
}

/** As `reach`, where a daemon runs already. Throws OwnershipError also when there is none. */
export function joinDaemon({ dataDirectory, version }: Omit<ReachOptions, 'start'>): Promise<Connected> {
  const none = new OwnershipError(`no daemon runs for ${dataDirectory}, and this command was not to start one`);
  return reach({ dataDirectory, version, start: () => Promise.reject(none) });
}

/** Only one process starts; for the others this is the time to wait before they look again. */
async function startOnce(dataDirectory: string, start: StartCommand): Promise<void> {
  // Loaded here: whoever finds a daemon, which is nearly always, needs no SQLite.
  const { tryLock } = await import('./directory-lock.ts');
  const lock = tryLock(dataDirectory, 'start');
  if (lock === undefined) {
    await delay(LOOK_MS * (0.5 + Math.random()));
    return;
  }
  try {
    // It may have come up between the look and the lock.
    if (!(await isServed(dataDirectory))) await startUnlessServed(dataDirectory, start);
  } finally {
    lock.release();
  }
}
