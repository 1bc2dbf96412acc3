import { setTimeout as delay } from 'node:timers/promises';
import { connectDaemon, type Connected } from './connect.ts';
import { OwnershipError } from './ownership-error.ts';
import { startDetached, type StartCommand } from './start-daemon.ts';

/** How often somebody who waits for a daemon that another process starts looks for it. */
const LOOK_MS = 25;

/** After this long something is wrong with whoever starts it. */
const REACH_MS = 60_000;

export type ReachOptions = { dataDirectory: string; version: string; start: StartCommand };

/**
 * Connects to the daemon of a data directory, and starts one when there is none. Many processes may try at once: one of
 * them starts it, the others wait. Throws OwnershipError.
 */
export async function reachDaemon({ dataDirectory, version, start }: ReachOptions): Promise<Connected> {
  const deadline = Date.now() + REACH_MS;
  while (Date.now() < deadline) {
    const connected = await connectDaemon(dataDirectory, { want: 'connect', version });
    if (connected?.welcome.ok === true) return connected;
    if (connected !== undefined) await replace(dataDirectory, version, connected);
    else await startOnce(dataDirectory, start);
  }
  throw new OwnershipError(`no daemon for ${dataDirectory} came up; look into daemon.log there`);
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
    if (await isServed(dataDirectory)) return;
    await startDetached(dataDirectory, start).catch(async (error: unknown) => {
      // Somebody who does not ask for this lock may have been faster: `serve`, or a client with a daemon of its own.
      if (!(await isServed(dataDirectory))) throw error;
    });
  } finally {
    lock.release();
  }
}

async function isServed(dataDirectory: string): Promise<boolean> {
  const connected = await connectDaemon(dataDirectory, { want: 'status', version: '' });
  connected?.socket.destroy();
  return connected !== undefined;
}

/** A daemon of another version goes when nobody would miss it; else the user has to decide. */
async function replace(dataDirectory: string, version: string, { socket, welcome }: Connected): Promise<void> {
  socket.destroy();
  const { daemon, message } = welcome;
  const stopping = await connectDaemon(dataDirectory, { want: 'stop', only_if_idle: true, version });
  if (stopping === undefined) return;
  stopping.socket.destroy();
  if (!stopping.welcome.ok) {
    throw new OwnershipError(
      `the daemon that runs (pid ${daemon.pid}) cannot serve this client: ${message}. ` +
        `It is left alone, as ${stopping.welcome.message}; when they are done with, run: vm-system stop`,
    );
  }
  // It keeps the lock until it has stored and closed everything; a daemon started now waits for that.
  await delay(LOOK_MS);
}
