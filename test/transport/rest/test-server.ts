import { createLogger } from '../../../daemon/log/logger.ts';
import { LibraryCache } from '../../../daemon/libraries/library-cache.ts';
import { NpmLibraries } from '../../../daemon/libraries/npm-libraries.ts';
import { createServices, type Services } from '../../../daemon/services/services.ts';
import type { Runtime } from '../../../daemon/runtime/runtime.ts';
import { openSqliteStore } from '../../../daemon/store/sqlite-store.ts';
import type { RestServer } from '../../../daemon/transport/rest/rest-instance.ts';
import { buildRestServer, type RestOptions } from '../../../daemon/transport/rest/rest-server.ts';
import { ApiClient } from './api-client.ts';

export type TestServer = {
  server: RestServer;
  services: Services;
  api: ApiClient;
  /** Lines of the log, parsed. */
  log: Record<string, unknown>[];
  close: () => Promise<void>;
};

/**
 * The REST server over the real services and a store in memory, for tests that run no code: there is no runtime.
 * Asked with `inject`, so that a test may send what no HTTP client would.
 */
export async function openServer(options: Partial<RestOptions> = {}): Promise<TestServer> {
  const store = openSqliteStore({ path: ':memory:' });
  const libraries = new NpmLibraries({ cache: new LibraryCache('/does/not/exist'), hurried: true });
  const log: Record<string, unknown>[] = [];
  const logger = createLogger('debug', { write: (line) => log.push(JSON.parse(line) as Record<string, unknown>) });
  const services = createServices({ store, makeRuntime: () => noRuntime, libraries, maxSessions: 10, log: logger });
  const server = buildRestServer(services, {
    auth: { mode: 'none', token: 'the-token' },
    allowedHosts: [],
    version: '1.2.3',
    logger,
    ...options,
  });
  await server.ready();
  const api = new ApiClient(async ({ method, ...request }) => {
    const answer = await server.inject({ method: method as 'GET', ...request });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  });
  const close = async (): Promise<void> => {
    await server.close();
    store.close();
  };
  return { server, services, api, log, close };
}

const noRuntime: Runtime = {
  open: () => Promise.reject(new Error('this test has no runtime')),
  run: () => Promise.resolve({ status: 'cancelled', metrics: {} }),
  interrupt: () => undefined,
  interruptBackground: () => undefined,
  goesOn: () => false,
  globals: () => Promise.resolve(undefined),
  complete: () => Promise.resolve(undefined),
  value: () => Promise.resolve(undefined),
  members: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
  activeSessionIds: () => [],
  dispose: () => Promise.resolve(),
};
