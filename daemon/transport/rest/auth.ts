import { hash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { VmError } from '../../../shared/errors/vm-error.ts';
import { peerUid } from './peer-uid.ts';
import type { RestServer } from './rest-instance.ts';

/** token: always; auto: not from a local process of the same user, where the system can tell; none: never. */
export type AuthMode = 'token' | 'auto' | 'none';

export type AuthOptions = {
  mode: AuthMode;
  /** The one bearer token that is accepted. */
  token: string;
};

/** Every route of this scope wants to know who asks. Throws UNAUTHORIZED. */
export function requireAuth(server: RestServer, { mode, token }: AuthOptions): void {
  if (mode === 'none') return;
  const isOurs = tokenCheck(token);
  const isSameUser = mode === 'auto' ? sameUserCheck() : undefined;
  server.addHook('onRequest', (request, reply, done) => {
    const { authorization } = request.headers;
    const finish = (passes: boolean, message: string): void => {
      if (!passes) reply.header('www-authenticate', 'Bearer realm="vm-system"');
      done(passes ? undefined : new VmError('UNAUTHORIZED', message));
    };
    // A wrong token is an error even from the same user: whoever sends one means it to count.
    if (authorization !== undefined) {
      finish(isOurs(authorization), `The token is not the one of this daemon: ${howTo}`);
      return;
    }
    const known = isSameUser?.(request.raw.socket) ?? false;
    if (typeof known === 'boolean') finish(known, needsToken);
    else
      void known.then((same) => {
        finish(same, needsToken);
      });
  });
}

const howTo = 'run `vm-system token` and send what it prints as "Authorization: Bearer …".';
const needsToken = `The request needs a token: ${howTo}`;

/** Compares hashes, in constant time, so that neither the bytes nor the length of the token can be found by measuring. */
function tokenCheck(token: string): (authorization: string) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/**
 * The owner of a connection does not change, so it is asked for once, which takes about 4 ms (the kernel walks its whole
 * table of sockets, in a thread of the pool); later requests do not even wait for a promise.
 */
function sameUserCheck(): (socket: Socket) => boolean | Promise<boolean> {
  const answers = new WeakMap<Socket, boolean | Promise<boolean>>();
  const own = process.getuid?.();
  const find = async (socket: Socket): Promise<boolean> => {
    const uid = await peerUid(socket).catch(() => undefined);
    const same = uid !== undefined && uid === own;
    answers.set(socket, same);
    return same;
  };
  return (socket) => {
    const answer = answers.get(socket) ?? find(socket);
    if (!answers.has(socket)) answers.set(socket, answer);
    return answer;
  };
}
