import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEndpoint, type Endpoint } from '../../daemon/ownership/endpoint.ts';
import type { Session } from '../../shared/model/session.ts';
import { LAUNCHER } from '../helpers/daemon-process.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { RpcClient } from '../transport/stdio/rpc-client.ts';

export type Ended = { code: number | null; signal: NodeJS.Signals | null };

/** A process `vm-system daemon --stdio`, and the LSP client that started it. */
export class StdioProcess {
  readonly child: ChildProcess;
  readonly rpc: RpcClient;
  readonly ended: Promise<Ended>;
  #stderr = '';

  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    // Whether it still reads what we write is for the test to say.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.rpc = new RpcClient(child.stdout, child.stdin);
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async shutdown(): Promise<Ended> {
    await this.rpc.connection.sendRequest('shutdown');
    await this.rpc.connection.sendNotification('exit');
    return this.ended;
  }
}

/** A data directory of a test, and whatever is started on it. */
export class SharedFolder {
  readonly path: string;
  readonly #started: StdioProcess[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<SharedFolder> {
    return new SharedFolder(await realpath(await mkdtemp(join(tmpdir(), 'vm-shared-'))));
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: this.path, VM_SYSTEM_DATA_DIR: this.path };
  }

  endpoint(): Endpoint | undefined {
    return readEndpoint(this.path);
  }

  spawn(...flags: string[]): StdioProcess {
    return this.spawnCommand([LAUNCHER, 'daemon', '--stdio', ...flags]);
  }

  spawnCommand(command: readonly string[]): StdioProcess {
    const started = new StdioProcess(command, this.env);
    this.#started.push(started);
    return started;
  }

  /** An initialized client. */
  async client(...flags: string[]): Promise<StdioProcess> {
    const started = this.spawn(...flags);
    const refused = started.ended.then(({ code }) => {
      throw new Error(`the client ended with ${String(code)}: ${started.stderr}`);
    });
    await Promise.race([started.rpc.initialize(), refused]);
    return started;
  }

  async session({ rpc }: StdioProcess): Promise<Session> {
    const { id } = await rpc.request('vm/template/create', { name: `template ${Math.random()}` });
    return rpc.request('vm/session/create', {
      template_id: id,
      workspace_id: 'test',
      base_commit_oid: 'none',
      worktree_path: this.path,
    });
  }

  /** Process ids of all daemons that serve this folder. Linux only. */
  daemons(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        const words = commandLine(pid);
        return (words.includes('--detached') || words.includes('serve')) && words.includes(this.path);
      });
  }

  /** Ends whatever was started, and removes the folder. */
  async remove(): Promise<void> {
    for (const { child } of this.#started) child.kill('SIGKILL');
    await Promise.all(this.#started.map(({ ended }) => ended));
    for (const pid of this.daemons()) process.kill(pid, 'SIGKILL');
    await waitUntil(() => !this.daemons().some(isAlive), 'all daemons to end');
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
