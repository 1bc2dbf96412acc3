import type { Server } from 'node:http';
import path from 'node:path';
import type { Logger } from 'pino';
import type { DaemonInfo } from '../shared/protocol/daemon.protocol.ts';
import { PROTOCOL_VERSION } from '../shared/protocol/protocol-version.ts';
import { collectAtRest } from './collect-at-rest.ts';
import { collectWhenGrown } from './collect-when-grown.ts';
import { keepTicksFast } from './fast-ticks.ts';
import { logChanges } from './log/log-changes.ts';
import { LibraryCache } from './libraries/library-cache.ts';
import { NpmLibraries } from './libraries/npm-libraries.ts';
import { createRuntime } from './runtime/create-runtime.ts';
import type { HostProcess } from './runtime/host-process.ts';
import { outsideRequests } from './services/request-context.ts';
import { createServices } from './services/services.ts';
import type { Recovered } from './store/recovery.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import type { AuthMode } from './transport/rest/auth.ts';
import { RestDoor } from './transport/rest/rest-door.ts';
import type { LogSource } from './transport/stdio/log-sender.ts';
import { RpcServer } from './transport/stdio/rpc-server.ts';

export type DaemonOptions = {
  /** The database file; made when it does not exist. */
  dbPath: string;
  /** normal: survives SIGKILL; full: survives power loss as well, and costs a sync per commit. */
  durability: 'normal' | 'full';
  listen: { host: string; port: number };
  /** Whether another port will do when that one cannot be had. */
  mayMovePort?: boolean;
  /** How requests prove themselves, and the bearer token that is accepted. */
  auth: { mode: AuthMode; token: string };
  /** Host names beside the loopback ones that a request may be addressed to. */
  allowedHosts: readonly string[];
  /** Folder of the cache of libraries. */
  libraryCache: string;
  /** Spare runtime hosts that are kept ready. */
  spareHosts: number;
  /** One that was started before everything else, to be ready sooner. */
  firstHost?: HostProcess | undefined;
  /** Sessions alive at once. */
  maxSessions: number;
  version: string;
  /** How often what is older than templates want is deleted; by default hourly. */
  retentionEveryMs?: number;
  /** What JSON-RPC clients are told that this daemon serves; by default the folder of the database. */
  dataDirectory?: string;
  logger: Logger;
  /** Where clients get the log from; by default they get none. */
  log?: LogSource;
};

/** What the daemon holds now. */
export type Load = { live_sessions: number; clients: number; requests: number };

export type Daemon = {
  readonly url: string;
  readonly address: { host: string; port: number };
  readonly info: DaemonInfo;
  /** Serves JSON-RPC over whatever streams it is given. */
  readonly rpc: RpcServer;
  load(): Load;
  /** Cancels what runs, closes the sessions for `reason`, reaps the hosts, closes the database. Idempotent. */
  close(reason: string): Promise<void>;
};

/**
 * The composition root: the whole wiring of the daemon. Resolves when it accepts requests.
 * Throws StoreOpenError for a database that is refused, and the system's error when the port cannot be had.
 */
export async function createDaemon(options: DaemonOptions): Promise<Daemon> {
  const { logger } = options;
  keepTicksFast();
  const store = openSqliteStore({
    path: options.dbPath,
    durability: options.durability,
    onProblem: (problem) => {
      logger.error(problem);
    },
  });
  const services = createServices({
    store,
    makeRuntime: (listener) =>
      createRuntime(
        { spareHosts: options.spareHosts, firstHost: options.firstHost, logger: hostLogger(logger) },
        collectAtRest(listener),
      ),
    libraries: new NpmLibraries({ cache: new LibraryCache(options.libraryCache), hurried: true }),
    maxSessions: options.maxSessions,
    log: logger,
    retentionEveryMs: options.retentionEveryMs,
  });
  logChanges(services.changes, logger);
  const door = new RestDoor(async (attach) => {
    const { buildRestServer } = await import('./transport/rest/rest-server.ts');
    return buildRestServer(services, options, attach);
  });
  const requests = countRequests(door.server);
  const stopCollecting = collectWhenGrown();
  let rpc: RpcServer | undefined = undefined;

  const stop = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'stopping');
    const served = door.close();
    await rpc?.stop(reason);
    await services.stop(reason);
    await served;
    store.close();
    stopCollecting();
  };
  let stopped: Promise<void> | undefined;
  const close = (reason: string): Promise<void> => (stopped ??= stop(reason));

  try {
    await listen(door, options);
  } catch (error) {
    await close('the daemon could not listen');
    throw error;
  }
  const { host } = options.listen;
  const bound = door.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.listen.port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const info = describe(options, url);
  rpc = new RpcServer({
    services,
    daemon: info,
    greeting: greeting(store.recovered),
    logger,
    log: options.log ?? noLog,
  });
  services.retention.start();
  const load = (): Load => ({
    live_sessions: services.sessions.summary().active_sessions,
    clients: rpc.clients,
    requests: requests(),
  });
  return { url, address: { host, port }, info, rpc, load, close };
}

/** Two daemons that start at once may both find the wanted port free: only having it is having it. */
async function listen(
  server: { listen(at: DaemonOptions['listen']): Promise<unknown> },
  { listen: wanted, mayMovePort = false, logger }: DaemonOptions,
): Promise<void> {
  try {
    await server.listen(wanted);
  } catch (error) {
    if (!mayMovePort) throw error;
    logger.warn(`${wanted.host}:${wanted.port} is in use; another port is taken`);
    await server.listen({ ...wanted, port: 0 });
  }
}

/** A host says on its own what becomes of it, on a pipe that some request has opened. */
function hostLogger(logger: Logger): { warn(details: object, message: string): void } {
  return {
    warn: (details, message) => {
      outsideRequests(() => {
        logger.warn(details, message);
      });
    },
  };
}

const noLog: LogSource = { subscribe: () => () => undefined };

function describe({ dbPath, dataDirectory = path.dirname(dbPath), version }: DaemonOptions, url: string): DaemonInfo {
  return {
    pid: process.pid,
    version,
    protocol_version: PROTOCOL_VERSION,
    started_at: new Date().toISOString(),
    url,
    data_directory: dataDirectory,
  };
}

/** Clients that were connected to a daemon that died learn here that it did; the rows of its sessions say the rest. */
function greeting({ sessions, executions }: Recovered): string {
  if (sessions === 0 && executions === 0) return 'The daemon is ready.';
  const ended = `${sessions} sessions were closed and ${executions} executions ended`;
  return `The daemon is ready. The one before it ended without closing: ${ended}; see last_error of each session.`;
}

/** How many HTTP requests are being answered; a stream of events is one as long as it is open. */
function countRequests(server: Server): () => number {
  let running = 0;
  server.on('request', (_request, response) => {
    running += 1;
    response.once('close', () => (running -= 1));
  });
  return () => running;
}
