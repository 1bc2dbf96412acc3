import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { LogFeed } from '../../../daemon/log/log-feed.ts';
import { createLogger } from '../../../daemon/log/logger.ts';
import { createServices, type Services } from '../../../daemon/services/services.ts';
import { LibraryCache } from '../../../daemon/libraries/library-cache.ts';
import { NpmLibraries } from '../../../daemon/libraries/npm-libraries.ts';
import { openSqliteStore, type SqliteStore } from '../../../daemon/store/sqlite-store.ts';
import type { ClientEnd } from '../../../daemon/transport/stdio/client-connection.ts';
import { RpcServer } from '../../../daemon/transport/stdio/rpc-server.ts';
import type { DaemonInfo } from '../../../shared/protocol/daemon.protocol.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/protocol-version.ts';
import type { Session } from '../../../shared/model/session.ts';
import { RpcClient } from './rpc-client.ts';
import { ScriptedRuntime } from './scripted-runtime.ts';

export const DAEMON: DaemonInfo = {
  pid: process.pid,
  version: '1.2.3',
  protocol_version: PROTOCOL_VERSION,
  started_at: '2026-01-01T00:00:00.000Z',
  url: 'http://127.0.0.1:1',
  data_directory: '/data',
};

/** A client's end of a connection, and how the server's end of it ended. */
export type Raw = { stream: Duplex; ended: Promise<ClientEnd> };

/** The JSON-RPC server over real services and a store in memory; clients connect through pairs of streams. */
export class RpcFixture {
  readonly services: Services;
  readonly server: RpcServer;
  readonly logger: Logger;
  readonly worktree: string;
  readonly log: Record<string, unknown>[] = [];
  readonly #store: SqliteStore;
  #names = 0;

  private constructor(worktree: string) {
    this.worktree = worktree;
    this.#store = openSqliteStore({ path: ':memory:' });
    const feed = new LogFeed();
    this.logger = createLogger('debug', {
      write: (line) => {
        this.log.push(JSON.parse(line) as Record<string, unknown>);
        feed.write(line);
      },
    });
    this.services = createServices({
      store: this.#store,
      makeRuntime: (listener) => new ScriptedRuntime(listener),
      libraries: new NpmLibraries({ cache: new LibraryCache(join(worktree, 'no-libraries')), hurried: true }),
      maxSessions: 100,
      log: this.logger,
    });
    this.server = new RpcServer({
      services: this.services,
      daemon: DAEMON,
      greeting: 'The daemon is ready.',
      logger: this.logger,
      log: feed,
    });
  }

  static async open(): Promise<RpcFixture> {
    return new RpcFixture(await mkdtemp(join(tmpdir(), 'vm-rpc-')));
  }

  async close(): Promise<void> {
    await this.server.stop('the test is over');
    await this.services.stop('the test is over');
    this.#store.close();
    await rm(this.worktree, { recursive: true });
  }

  connect(): Raw {
    const [ours, theirs] = duplexPair();
    const ended = this.server.serve({ input: theirs, output: theirs }).finally(() => theirs.end());
    return { stream: ours, ended };
  }

  async client(initializationOptions?: unknown): Promise<RpcClient> {
    const client = RpcClient.over(this.connect().stream);
    await client.initialize(initializationOptions);
    return client;
  }

  async session(): Promise<Session> {
    const template = this.services.templates.create({ name: `template ${++this.#names}` });
    return this.services.sessions.create({
      template_id: template.id,
      workspace_id: 'ws',
      base_commit_oid: 'none',
      worktree_path: this.worktree,
    });
  }

  write(path: string, source: string): Promise<void> {
    return writeFile(join(this.worktree, path), source);
  }
}
