import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDaemon, type Daemon, type DaemonOptions } from './create-daemon.ts';
import { ensureToken } from './data-directory.ts';
import type { LogOutput } from './log/log-output.ts';
import { readLiveEndpoint, removeEndpoint, writeEndpoint } from './ownership/endpoint.ts';
import { tryLock, type DirectoryLock } from './ownership/directory-lock.ts';
import { watchIdle } from './ownership/idle-watch.ts';
import { OwnershipError } from './ownership/ownership-error.ts';
import { socketPath } from './ownership/socket-path.ts';
import { SocketServer } from './ownership/socket-server.ts';

export type OwnedDaemonOptions = Omit<DaemonOptions, 'auth' | 'dataDirectory' | 'log'> & {
  /** Absolute. */
  dataDirectory: string;
  authMode: DaemonOptions['auth']['mode'];
  log: LogOutput;
  /** Ends the daemon after this long without clients and live sessions; undefined: never. */
  idleExitMs: number | undefined;
  /** Called when a client or idleness wants the daemon to end. */
  onStop: (reason: string) => void;
};

/** A daemon that is stopping keeps its lock until all is stored; who starts one meanwhile waits this long. */
const LOCK_WAIT_MS = 10_000;
const LOCK_LOOK_MS = 25;

/**
 * A daemon that is the one of its data directory: it holds the lock, listens on the local socket beside HTTP, and says in
 * the endpoint file where. Throws OwnershipError when another owns the directory, else as `createDaemon`.
 */
export async function startOwnedDaemon(options: OwnedDaemonOptions): Promise<Daemon> {
  const { dataDirectory } = options;
  const token = ensureToken(dataDirectory);
  const lock = await takeLock(dataDirectory);
  const undo = new UndoList();
  undo.add(() => {
    lock.release();
  });
  try {
    undo.add(startLog(options));
    const daemon = await createDaemon({ ...options, auth: { mode: options.authMode, token } });
    const socket = makeSocket(daemon, options);
    undo.add(async (reason) => {
      await daemon.close(reason);
      await socket.closed();
    });
    await socket.listen();
    undo.add(() => {
      socket.stopListening();
    });
    const token_path = join(dataDirectory, 'token');
    writeEndpoint({ ...daemon.info, socket: socket.path, token_path, database: resolve(options.dbPath) });
    undo.add(() => {
      removeEndpoint(dataDirectory);
    });
    undo.add(watchForIdleness(daemon, options));
    options.logger.info({ url: daemon.url, pid: process.pid, version: options.version }, 'listening');
    return { ...daemon, close: (reason) => undo.run(reason) };
  } catch (error) {
    await undo.run('the daemon did not start');
    throw error;
  }
}

/** @returns how to end it */
function startLog({ log, logger, dataDirectory }: OwnedDaemonOptions): () => void {
  const close = log.openFile(dataDirectory);
  return () => {
    logger.info('stopped');
    close();
  };
}

async function takeLock(dataDirectory: string): Promise<DirectoryLock> {
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    const lock = tryLock(dataDirectory, 'daemon');
    if (lock !== undefined) return lock;
    const owner = readLiveEndpoint(dataDirectory);
    if (owner !== undefined) {
      throw new OwnershipError(
        `a daemon (pid ${owner.pid}) serves ${dataDirectory} already, at ${owner.url}; to end it, run: vm-system stop`,
      );
    }
    if (Date.now() > deadline) throw new OwnershipError(`another process keeps ${dataDirectory} locked`);
    await delay(LOCK_LOOK_MS);
  }
}

function makeSocket(daemon: Daemon, { dataDirectory, onStop }: OwnedDaemonOptions): SocketServer {
  return new SocketServer({
    path: socketPath(dataDirectory),
    daemon: daemon.info,
    serve: (socket) => daemon.rpc.serve({ input: socket, output: socket }),
    load: () => daemon.load(),
    stop: onStop,
  });
}

function watchForIdleness(daemon: Daemon, { idleExitMs, onStop }: OwnedDaemonOptions): () => void {
  if (idleExitMs === undefined) return () => undefined;
  const isBusy = (): boolean => Object.values(daemon.load()).some((count) => count > 0);
  return watchIdle(idleExitMs, isBusy, () => {
    onStop('nobody used it for a while');
  });
}

/** Undoes what was done, last things first, once. */
class UndoList {
  readonly #steps: ((reason: string) => void | Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  add(step: (reason: string) => void | Promise<void>): void {
    this.#steps.unshift(step);
  }

  run(reason: string): Promise<void> {
    return (this.#running ??= this.#runAll(reason));
  }

  async #runAll(reason: string): Promise<void> {
    for (const step of this.#steps) await step(reason);
  }
}
