import { setTimeout as delay } from 'node:timers/promises';
import { connectDaemon, type Connected } from './connect.ts';
import { OwnershipError } from './ownership-error.ts';

/** How often somebody who waits for a daemon that another process starts looks for it. */
const LOOK_MS = 25;

/** After this long something is wrong with whoever starts it. */
const REACH_MS = 60_000;

export type Reaching = {
  dataDirectory: string;
  version: string;
  /** Starts a daemon, or waits a little while somebody else does. */
  start: () => Promise<void>;
};

/** Connects to the daemon of a data directory, which is started when there is none. Throws OwnershipError. */
export async function reach({ dataDirectory, version, start }: Reaching): Promise<Connected> {
  const deadline = Date.now() + REACH_MS;
  while (Date.now() < deadline) {
    const connected = await connectDaemon(dataDirectory, { want: 'connect', version });
    if (connected?.welcome.ok === true) return connected;
    if (connected !== undefined) await replace(dataDirectory, version, connected);
    else await start();
  }
  throw new OwnershipError(`no daemon for ${dataDirectory} came up; look into daemon.log there`);
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
