import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SettingsPatch } from '../../shared/model/settings.ts';
import type { Template } from '../../shared/model/template.ts';
import { HttpClient } from './http-client.ts';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'vm-system');

/** The real daemon, started as a user starts it, on a folder of its own. */
export class BenchDaemon {
  readonly folder: string;
  readonly client: HttpClient;
  readonly pid: number;
  readonly #kill: () => Promise<void>;

  private constructor(folder: string, url: string, pid: number, kill: () => Promise<void>) {
    this.folder = folder;
    this.client = new HttpClient(url);
    this.pid = pid;
    this.#kill = kill;
  }

  static async start(flags: readonly string[] = []): Promise<BenchDaemon> {
    const folder = await mkdtemp(join(tmpdir(), 'vm-bench-'));
    const args = [
      'serve',
      '--listen',
      '127.0.0.1:0',
      '--db',
      join(folder, 'bench.db'),
      '--data-dir',
      folder,
      '--log-level',
      'warn',
    ];
    const child = spawn(LAUNCHER, [...args, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const url = `http://${line.replace(/^.* on /, '')}`;
    return new BenchDaemon(folder, url, child.pid ?? 0, async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.#kill();
    await rm(this.folder, { recursive: true });
  }

  async template(name: string, patch?: SettingsPatch): Promise<Template> {
    const template = await this.client.post<Template>('/api/v1/templates', { name });
    if (patch !== undefined) await this.client.patch(`/api/v1/templates/${template.id}/settings`, patch);
    return template;
  }

  session(template: Template): Promise<Session> {
    const body = {
      template_id: template.id,
      workspace_id: 'bench',
      base_commit_oid: 'none',
      worktree_path: this.folder,
    };
    return this.client.post('/api/v1/sessions', body);
  }

  repl(session: Session, input: string): Promise<Execution> {
    return this.client.post('/api/v1/executions/repl', { session_id: session.id, input });
  }

  runFile(session: Session, path: string): Promise<Execution> {
    return this.client.post('/api/v1/executions/run-file', { session_id: session.id, path });
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  /** Process ids of the daemon's children: the runtime hosts. */
  hosts(): number[] {
    const tasks = readdirSync(`/proc/${this.pid}/task`);
    return tasks.flatMap((task) => {
      const children = readFileSync(`/proc/${this.pid}/task/${task}/children`, 'utf8');
      return children.split(' ').filter(Boolean).map(Number);
    });
  }
}

/** Proportional set size of a process in MiB: its own memory and its share of what it shares. Linux only. */
export function pssMiB(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1024;
}

/** Resident size of a process, in MiB. Linux only. */
export function rssMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Largest resident size that a process ever had, in MiB. Linux only. */
export function peakRssMiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
