import { connect, type Socket } from 'node:net';
import { HANDSHAKE_VERSION, isWelcome, type Hello, type Welcome } from '../../shared/protocol/handshake.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/protocol-version.ts';
import { readEndpoint } from './endpoint.ts';
import { readGreeting, writeGreeting } from './greeting.ts';
import { OwnershipError } from './ownership-error.ts';
import { requirePrivate } from './private-path.ts';

/** A daemon answers within milliseconds; this is for one on a machine that has much else to do. */
const ANSWER_MS = 15_000;

export type Wish = Pick<Hello, 'want' | 'only_if_idle'> & { version: string };

/** The daemon's answer, and the open socket it came on, paused. */
export type Connected = { socket: Socket; welcome: Welcome };

/**
 * Greets the daemon of a data directory; undefined when there is none.
 * Throws OwnershipError for files that are not ours, and for a daemon that does not answer.
 */
export async function connectDaemon(dataDirectory: string, wish: Wish): Promise<Connected | undefined> {
  const endpoint = readEndpoint(dataDirectory);
  if (endpoint === undefined) return undefined;
  if (process.platform !== 'win32' && requirePrivate(endpoint.socket, 'socket') === undefined) return undefined;
  const socket = await open(endpoint.socket);
  if (socket === undefined) return undefined;
  const answer = readGreeting(socket, isWelcome, ANSWER_MS);
  writeGreeting(socket, { vm_system: HANDSHAKE_VERSION, protocol_version: PROTOCOL_VERSION, ...wish });
  const welcome = await answer;
  if (welcome !== undefined) return { socket, welcome };
  const ended = socket.readableEnded || socket.destroyed;
  socket.destroy();
  if (ended) return undefined;
  throw new OwnershipError(
    `the daemon of ${dataDirectory} (pid ${endpoint.pid}) does not answer; if it hangs, end it with: kill -9 ${endpoint.pid}`,
  );
}

/** Undefined when nobody listens there any more. */
function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => {
      socket.off('error', onError).on('error', () => socket.destroy());
      resolve(socket);
    });
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT' || error.code === 'ECONNRESET') resolve(undefined);
      else reject(new OwnershipError(`the daemon cannot be reached at ${path}: ${error.message}`, { cause: error }));
    };
    socket.on('error', onError);
  });
}

/** Whether a daemon answers for the data directory. Throws as `connectDaemon`. */
export async function isServed(dataDirectory: string): Promise<boolean> {
  const connected = await connectDaemon(dataDirectory, { want: 'status', version: '' });
  connected?.socket.destroy();
  return connected !== undefined;
}
