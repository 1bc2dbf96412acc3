import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { createDaemon, type Daemon, type DaemonOptions } from '../../../daemon/create-daemon.ts';
import type { Execution, ExecutionWithEvents } from '../../../shared/model/execution.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { SettingsPatch } from '../../../shared/model/settings.ts';
import type { Template } from '../../../shared/model/template.ts';
import { ApiClient } from './api-client.ts';

/** The whole daemon on a free port, with a folder for its database and one for the worktree of its sessions. */
export class TestDaemon {
  readonly daemon: Daemon;
  readonly api: ApiClient;
  readonly worktree: string;
  readonly #folder: string;
  #names = 0;

  private constructor(daemon: Daemon, folder: string, worktree: string) {
    this.daemon = daemon;
    this.#folder = folder;
    this.worktree = worktree;
    this.api = new ApiClient(async ({ method, url, headers, payload }) => {
      const sent = request(new URL(url, daemon.url), { method, headers });
      sent.end(payload);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
    });
  }

  static async open(options: Partial<DaemonOptions> = {}): Promise<TestDaemon> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'vm-rest-')));
    const worktree = await mkdtemp(join(folder, 'worktree-'));
    const daemon = await createDaemon({
      dbPath: join(folder, 'test.db'),
      durability: 'normal',
      listen: { host: '127.0.0.1', port: 0 },
      auth: { mode: 'none', token: 'the-token' },
      allowedHosts: [],
      libraryCache: join(folder, 'libraries'),
      spareHosts: 0,
      maxSessions: 20,
      version: '1.2.3',
      logger: pino({ level: 'silent' }),
      ...options,
    });
    return new TestDaemon(daemon, folder, worktree);
  }

  async close(): Promise<void> {
    await this.daemon.close('the test is over');
    await rm(this.#folder, { recursive: true });
  }

  async template(patch?: SettingsPatch): Promise<Template> {
    const template = await this.api.ok<Template>('POST', 'templates', { name: `template ${++this.#names}` });
    if (patch !== undefined) await this.api.ok('PATCH', `templates/${template.id}/settings`, patch);
    return template;
  }

  sessionBody(template: Pick<Template, 'id'>): Record<string, string> {
    return {
      template_id: template.id,
      workspace_id: 'ws-1',
      base_commit_oid: 'deadbeef',
      worktree_path: this.worktree,
    };
  }

  async session(patch?: SettingsPatch): Promise<Session> {
    return this.api.ok('POST', 'sessions', this.sessionBody(await this.template(patch)));
  }

  repl(session: Pick<Session, 'id'>, input: string): Promise<ExecutionWithEvents> {
    return this.api.ok('POST', 'executions/repl', { session_id: session.id, input });
  }

  /** Starts what runs until it is stopped, and answers when it is known to run. */
  busy(session: Pick<Session, 'id'>): Promise<Execution> {
    return this.api.ok('POST', 'executions/repl?wait=false', { session_id: session.id, input: 'for (;;) {}' });
  }

  write(path: string, source: string): Promise<void> {
    return writeFile(join(this.worktree, path), source);
  }
}
