import type { Socket } from 'node:net';
import { MAX_HANDSHAKE_BYTES } from '../../shared/protocol/handshake.ts';

const NEW_LINE = 0x0a;

/**
 * Reads one line of JSON from a socket and leaves all that follows in it, paused. Undefined when what comes is too long,
 * is no such line, or does not come within `ms`; the socket is of no use then.
 */
export async function readGreeting<T>(
  socket: Socket,
  isGreeting: (value: unknown) => value is T,
  ms: number,
): Promise<T | undefined> {
  const line = await readLine(socket, ms);
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isGreeting(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function writeGreeting(socket: Socket, greeting: object): void {
  socket.write(`${JSON.stringify(greeting)}\n`);
}

function readLine(socket: Socket, ms: number): Promise<string | undefined> {
  let bytes = Buffer.alloc(0);
  return new Promise((resolve) => {
    let last: NodeJS.Immediate | undefined;
    const finish = (line?: string): void => {
      clearTimeout(timer);
      clearImmediate(last);
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      socket.pause();
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf(NEW_LINE);
      if (end === -1) {
        if (bytes.length > MAX_HANDSHAKE_BYTES) finish();
        return;
      }
      const rest = bytes.subarray(end + 1);
      const line = bytes.toString('utf8', 0, end);
      finish(end > MAX_HANDSHAKE_BYTES ? undefined : line);
      if (rest.length > 0) socket.unshift(rest);
    };
    const onEnd = (): void => {
      finish();
    };
    // Who had no processor meanwhile reads first what has come meanwhile.
    const timer = setTimeout(() => (last = setImmediate(onEnd)), ms);
    socket.on('data', onData).on('end', onEnd).on('close', onEnd);
  });
}
