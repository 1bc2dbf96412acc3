import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RestClient } from '../../daemon/cli/rest-client.ts';
import { readToken } from '../../daemon/data-directory.ts';
import type { Execution, ExecutionWithEvents } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SettingsPatch } from '../../shared/model/settings.ts';
import type { Template } from '../../shared/model/template.ts';

export const LAUNCHER = join(import.meta.dirname, '..', '..', 'vm-system');

/** A folder with a database and a worktree that outlives the daemons which are started on it. */
export class DaemonFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<DaemonFolder> {
    return new DaemonFolder(await realpath(await mkdtemp(join(tmpdir(), 'vm-process-'))));
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.path, name), text);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The real daemon in a process of its own, started as a user starts it. */
export class DaemonProcess {
  readonly client: RestClient;
  readonly url: string;
  readonly folder: DaemonFolder;
  readonly #child: ChildProcess;
  readonly #stderr: string[];

  private constructor(child: ChildProcess, url: string, folder: DaemonFolder, stderr: string[]) {
    this.#child = child;
    this.#stderr = stderr;
    this.url = url;
    this.folder = folder;
    this.client = new RestClient({ serverUrl: url, token: readToken(folder.path) });
  }

  static async start(
    folder: DaemonFolder,
    flags: readonly string[] = [],
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<DaemonProcess> {
    const args = ['--listen', '127.0.0.1:0', '--db', join(folder.path, 'test.db'), '--data-dir', folder.path];
    const child = spawn(LAUNCHER, ['serve', ...args, '--log-level', 'info', '--pool', '1', ...flags], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stderr: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
    const lines = createInterface({ input: child.stdout });
    const line = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)]);
    if (line === undefined) throw new Error(`the daemon did not start:\n${stderr.join('')}`);
    return new DaemonProcess(child, `http://${String(line[0]).replace(/^.* on /, '')}`, folder, stderr);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get log(): string {
    return this.#stderr.join('');
  }

  /** Sends a signal and resolves with how the process ended. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; signal: string | null }> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    return { code: child.exitCode, signal: child.signalCode };
  }

  /** Process ids of the runtime hosts. Linux only. */
  hosts(): number[] {
    return readdirSync(`/proc/${this.pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${this.pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  }

  async session(patch?: SettingsPatch, name = `template ${Math.random()}`): Promise<Session> {
    const template = await this.client.post<Template>('templates', { name });
    if (patch !== undefined) await this.client.patch(`templates/${template.id}/settings`, patch);
    return this.sessionOf(template.id);
  }

  sessionOf(template_id: string): Promise<Session> {
    const worktree_path = this.folder.path;
    return this.client.post('sessions', { template_id, workspace_id: 'test', base_commit_oid: 'none', worktree_path });
  }

  repl(session: Session, input: string): Promise<ExecutionWithEvents> {
    return this.client.post('executions/repl', { session_id: session.id, input });
  }

  start(session: Session, input: string): Promise<Execution> {
    return this.client.post('executions/repl', { session_id: session.id, input }, { wait: false });
  }
}
