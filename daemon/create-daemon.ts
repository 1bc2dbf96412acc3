import type { Logger } from 'pino';
import { LibraryCache } from './libraries/library-cache.ts';
import { NpmLibraries } from './libraries/npm-libraries.ts';
import { createRuntime } from './runtime/create-runtime.ts';
import { createServices } from './services/services.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { buildRestServer, type AuthMode } from './transport/rest/rest-server.ts';

export type DaemonOptions = {
  /** The database file; made when it does not exist. */
  dbPath: string;
  /** normal: survives SIGKILL; full: survives power loss as well, and costs a sync per commit. */
  durability: 'normal' | 'full';
  listen: { host: string; port: number };
  /** How requests prove themselves, and the bearer token that is accepted. */
  auth: { mode: AuthMode; token: string };
  /** Host names beside the loopback ones that a request may be addressed to. */
  allowedHosts: readonly string[];
  /** Folder of the cache of libraries. */
  libraryCache: string;
  /** Spare runtime hosts that are kept ready. */
  spareHosts: number;
  /** Sessions alive at once. */
  maxSessions: number;
  version: string;
  logger: Logger;
};

export type Daemon = {
  readonly url: string;
  readonly address: { host: string; port: number };
  /** Cancels what runs, closes the sessions for `reason`, reaps the hosts, closes the database. Idempotent. */
  close(reason: string): Promise<void>;
};

/**
 * The composition root: the whole wiring of the daemon. Resolves when it accepts requests.
 * Throws StoreOpenError for a database that is refused, and the system's error when the port cannot be had.
 */
export async function createDaemon(options: DaemonOptions): Promise<Daemon> {
  const { logger } = options;
  const store = openSqliteStore({
    path: options.dbPath,
    durability: options.durability,
    onProblem: (problem) => {
      logger.error(problem);
    },
  });
  const services = createServices({
    store,
    makeRuntime: (listener) => createRuntime({ spareHosts: options.spareHosts, logger }, listener),
    libraries: new NpmLibraries({ cache: new LibraryCache(options.libraryCache), hurried: true }),
    maxSessions: options.maxSessions,
  });
  const server = buildRestServer(services, options);

  const stop = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'stopping');
    const served = server.close();
    await services.stop(reason);
    await served;
    store.close();
  };
  let stopped: Promise<void> | undefined;
  const close = (reason: string): Promise<void> => (stopped ??= stop(reason));

  try {
    await server.listen(options.listen);
  } catch (error) {
    await close('the daemon could not listen');
    throw error;
  }
  const { host } = options.listen;
  const bound = server.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.listen.port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, address: { host, port }, close };
}
