import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiError } from '../../daemon/cli/cli-errors.ts';
import { connectDaemon } from '../../daemon/ownership/connect.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { TestRegistry } from '../helpers/test-registry.ts';
import { RpcClient } from '../transport/stdio/rpc-client.ts';
import { FILES } from './hints.ts';
import type { LiveIds } from './live-ids.ts';

/** Few, so that the limit is met and that hosts do not take all the memory of the machine. */
const MAX_SESSIONS = 4;

/** So many sessions that work are always there. */
const READY_SESSIONS = 2;

const LIMITS = { wall_ms: 250, cpu_ms: 250, max_events: 500, max_output_kb: 64 };

/** The real daemon in its own process, with a worktree, and a registry that knows hardly anything. */
export class FuzzDaemon {
  readonly daemon: DaemonProcess;
  readonly rpc: RpcClient;
  readonly #registry: TestRegistry;
  readonly #close: () => void;

  private constructor(daemon: DaemonProcess, registry: TestRegistry, rpc: RpcClient, close: () => void) {
    this.daemon = daemon;
    this.#registry = registry;
    this.rpc = rpc;
    this.#close = close;
  }

  static async start(): Promise<FuzzDaemon> {
    const folder = await DaemonFolder.make();
    for (const [name, text] of Object.entries(FILES)) {
      const path = join(folder.path, 'worktree', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    symlinkSync('/etc/passwd', join(folder.path, 'worktree', 'link.js'));
    mkdirSync(join(folder.path, 'backups'));
    const files = { 'index.js': 'module.exports = 1' };
    const registry = await TestRegistry.start([{ name: 'lodash', version: '4.17.21', files }]);
    const env = { PATH: process.env['PATH'], HOME: folder.path, npm_config_registry: registry.url };
    const daemon = await DaemonProcess.start(folder, ['--max-sessions', String(MAX_SESSIONS)], env);
    const connected = await connectDaemon(folder.path, { want: 'connect', version: 'fuzz' });
    if (connected === undefined) throw new Error('the daemon has no socket');
    const { socket } = connected;
    const rpc = RpcClient.over(socket);
    socket.resume();
    await rpc.initialize();
    return new FuzzDaemon(daemon, registry, rpc, () => socket.destroy());
  }

  async stop(): Promise<void> {
    this.#close();
    await this.daemon.end();
    await this.#registry.stop();
    await this.daemon.folder.remove();
  }

  /** What the daemon says of those that a call named. */
  async aboutAll(call: string): Promise<string> {
    const { client } = this.daemon;
    const ids = new Set(call.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g));
    const said: unknown[] = [];
    for (const id of ids) {
      const execution = await client.get<Execution>(`executions/${id}`).catch(() => undefined);
      const session = await client.get<Session>(`sessions/${execution?.session_id ?? id}`).catch(() => undefined);
      said.push(execution, session);
    }
    return said.map((each) => JSON.stringify(each)).join('\n');
  }

  /** Generated paths, made ones of this daemon's folder; backups go nowhere else, whatever path was made up for them. */
  fill(value: unknown, isBackup: boolean): unknown {
    const worktree = join(this.daemon.folder.path, 'worktree');
    if (typeof value === 'string') {
      if (isBackup && value.startsWith('/')) return join(this.daemon.folder.path, 'backups', value);
      return value.replace('@worktree', worktree);
    }
    if (Array.isArray(value)) return value.map((each) => this.fill(each, isBackup));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.fill(each, isBackup)]));
  }

  /** The fuzzer closes sessions and deletes templates; without any there would be little to find. */
  async keepSessions(ids: LiveIds): Promise<void> {
    const { client } = this.daemon;
    const ready = await client.get<Session[]>('sessions', { status: 'ready' });
    const starting = await client.get<Session[]>('sessions', { status: 'starting' });
    ids.learn(ready.slice(-READY_SESSIONS));
    for (let count = ready.length + starting.length; count < READY_SESSIONS; count++) {
      const template = await client.post<{ id: string }>('templates', { name: `fuzz ${Math.random()}` });
      await client.patch(`templates/${template.id}/settings`, { limits: LIMITS });
      const body = {
        template_id: template.id,
        workspace_id: 'fuzz',
        base_commit_oid: 'none',
        worktree_path: join(this.daemon.folder.path, 'worktree'),
      };
      const session = await client.post<Session>('sessions', body).catch((error: unknown) => {
        // Generated calls may take the last place, or close the session while it starts.
        if (error instanceof ApiError) return undefined;
        throw error;
      });
      ids.learn([template, session]);
    }
  }

  async closeSessions(): Promise<void> {
    const { client } = this.daemon;
    for (const { id } of await client.get<Session[]>('sessions', { status: 'ready' })) {
      await client.post(`sessions/${id}/close`, {});
    }
  }

  /** How many files, pipes and connections the daemon has open. Linux only. */
  handles(): number {
    return readdirSync(`/proc/${this.daemon.pid}/fd`).length;
  }

  /** Resident size in MiB. Linux only. */
  memory(): number {
    const status = readFileSync(`/proc/${this.daemon.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }
}
