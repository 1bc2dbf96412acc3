import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { privateFolder } from '../../daemon/data-directory.ts';
import { reach } from '../../daemon/ownership/reach.ts';
import { relay, type RelayEnd } from '../../daemon/ownership/relay.ts';
import { startUnlessServed } from '../../daemon/ownership/start-daemon.ts';
import type { DaemonPlace } from './daemon-place.ts';

/** This window's end of the daemon's socket: the bytes of JSON-RPC, and how the connection ended. */
export class DaemonLink {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  /** Resolves when it is over. */
  readonly ended: Promise<RelayEnd>;

  constructor(socket: Socket) {
    const { input, output } = this;
    // Whoever writes learns of the end by the closed connection.
    input.on('error', () => undefined);
    this.ended = relay(socket, { input, output, watchesParent: false }).finally(() => output.end());
  }

  /** Leaves, whether goodbye was said or not. */
  leave(): void {
    this.input.end();
  }
}

/**
 * Reaches the daemon, and starts it where there is none. Throws an Error whose message is for the user.
 *
 * @param warn takes what the user should find in the log
 */
export async function reachLink(place: DaemonPlace, warn: (line: string) => void): Promise<DaemonLink> {
  const { version } = place;
  const dataDirectory = privateFolder(place.dataDirectory);
  const { node, entry, env } = place;
  const command = { node, entry, env, args: ['daemon', '--detached', '--data-dir', dataDirectory] };
  const start = (): Promise<void> => startUnlessServed(dataDirectory, command);
  const { socket, welcome } = await reach({ dataDirectory, version, start });
  const { daemon } = welcome;
  if (daemon.version !== version) warn(`The daemon (pid ${daemon.pid}) is version ${daemon.version}.`);
  return new DaemonLink(socket);
}
