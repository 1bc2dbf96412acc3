import type { Socket } from 'node:net';
import { Transform, type Readable, type Writable } from 'node:stream';
import { FAREWELL_MARK, isFarewell, type Farewell } from '../../shared/protocol/handshake.ts';

/** How often a relay looks whether the process that started it is still there. */
const PARENT_POLL_MS = 500;

/** After its client has gone, the daemon needs no longer than this to say goodbye. */
const GOODBYE_MS = 2_000;

export type RelayStreams = {
  input: Readable;
  output: Writable;
  /** Whether to end with the process that started this one; by default so. */
  watchesParent?: boolean;
};

/** The daemon ended without a word: started again, this client reaches the next one. */
export type RelayEnd = Farewell | 'daemon lost';

/**
 * Passes bytes between a client on this process' standard streams and the daemon's socket, without a look at them but
 * for the zero byte before the daemon's farewell. Ends with either side, and with the process that started this one.
 */
export function relay(socket: Socket, { input, output, watchesParent = true }: RelayStreams): Promise<RelayEnd> {
  return new Promise((resolve) => {
    let farewell: Buffer | undefined;
    let goodbye: NodeJS.Timeout | undefined;
    const leave = (): void => {
      if (socket.destroyed) return;
      clearInterval(parentWatch);
      // Read on, also where nobody takes what comes: the farewell is the last of it.
      socket.end().resume();
      goodbye ??= setTimeout(() => socket.destroy(), GOODBYE_MS);
    };
    const parentWatch = watchesParent ? watchParent(leave) : undefined;
    socket.on('data', (chunk: Buffer) => {
      const mark = farewell === undefined ? chunk.indexOf(FAREWELL_MARK) : 0;
      if (mark === -1) {
        if (output.writable && !output.write(chunk) && goodbye === undefined) waitForDrain(socket, output);
        return;
      }
      if (farewell === undefined) {
        if (output.writable) output.write(chunk.subarray(0, mark));
        farewell = chunk.subarray(mark + 1);
      } else {
        farewell = Buffer.concat([farewell, chunk]);
      }
    });
    socket.once('end', leave);
    socket.once('close', () => {
      clearInterval(parentWatch);
      clearTimeout(goodbye);
      // Only paused, it may go on reading, and keep this process from ending for as long as the client keeps it open.
      input.unpipe().destroy();
      resolve(readFarewell(farewell));
    });
    output.on('error', leave);
    input.on('error', leave).once('end', leave);
    const isOver = (): boolean => farewell !== undefined || socket.writableEnded;
    input.pipe(afterReading(isOver)).pipe(socket, { end: false });
    socket.resume();
  });
}

/**
 * Passes on what a client says when all that the daemon has said by then is read: to write to a daemon that has gone breaks
 * the socket, with the farewell in it.
 */
function afterReading(isOver: () => boolean): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      // The first comes right after what was found to be read together with the chunk; before the second all else is read.
      setImmediate(setImmediate, () => {
        if (isOver()) done();
        else done(null, chunk);
      });
    },
  });
}

function waitForDrain(socket: Socket, output: Writable): void {
  socket.pause();
  output.once('drain', () => socket.resume());
}

/** A pipe may be kept open by others after the process that started us has died; its pid is not. */
function watchParent(leave: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) leave();
  }, PARENT_POLL_MS).unref();
}

function readFarewell(bytes: Buffer | undefined): RelayEnd {
  if (bytes === undefined) return 'daemon lost';
  try {
    const farewell: unknown = JSON.parse(bytes.toString('utf8'));
    return isFarewell(farewell) ? farewell : 'daemon lost';
  } catch {
    return 'daemon lost';
  }
}
