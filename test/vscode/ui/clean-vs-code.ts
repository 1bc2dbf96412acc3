import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { findTarget } from '../../../.tools/package/targets.ts';
import { RestClient } from '../../../daemon/cli/rest-client.ts';
import { readToken } from '../../../daemon/data-directory.ts';
import type { Session } from '../../../shared/model/session.ts';
import { packagedExtension } from '../../helpers/packaged-extension.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import type { VsCodeInstall } from '../harness/vs-code-install.ts';
import { VsCodeServer } from '../harness/vs-code-server.ts';
import { launchBrowser } from '../harness/workbench.ts';
import { Workbench, type Look } from './workbench.ts';

/** Unpacking 145 MB on a busy machine. */
const INSTALL_MS = 3 * 60_000;

/** For a daemon to close its sessions, and for others to notice. */
const ENDS_MS = 20_000;

/** A VS Code as it is after its installation, with nothing but our package in it, on a machine without Node. */
export class CleanVsCode {
  /** For folders and files of the user. */
  readonly base: string;
  readonly dataDirectory: string;
  readonly #install: VsCodeInstall;
  readonly #browser: Browser;
  #server: VsCodeServer | undefined;

  private constructor(base: string, install: VsCodeInstall, browser: Browser) {
    this.base = base;
    this.dataDirectory = join(base, 'data');
    this.#install = install;
    this.#browser = browser;
  }

  /** Installs the package as `code --install-extension` does, or what else is to be looked at. */
  static async make(install: VsCodeInstall, packaged?: string): Promise<CleanVsCode> {
    const base = await realpath(await mkdtemp(join(tmpdir(), 'vm-ui-')));
    await mkdir(join(base, 'no-programs'));
    await writeFile(join(base, 'config.yaml'), '');
    const args = [install.entry, '--config', join(base, 'config.yaml'), '--user-data-dir', join(base, 'installer')];
    const vsix = packaged ?? (await packagedExtension());
    await promisify(execFile)(
      process.execPath,
      [...args, '--extensions-dir', join(base, 'extensions'), '--install-extension', vsix],
      {
        env: { HOME: base, PATH: dirname(process.execPath), EXTENSIONS_GALLERY: '{"serviceUrl":""}' },
        timeout: INSTALL_MS,
      },
    );
    return new CleanVsCode(base, install, await launchBrowser(install));
  }

  /** Starts VS Code with these user settings, instead of the one that runs. */
  async start(settings: Record<string, unknown> = {}): Promise<void> {
    await this.#server?.stop();
    this.#server = await VsCodeServer.start({
      install: this.#install,
      settings,
      extensions: join(this.base, 'extensions'),
      env: { VM_SYSTEM_DATA_DIR: this.dataDirectory, PATH: join(this.base, 'no-programs') },
    });
  }

  /** Ends every process of VS Code as the kernel does when memory runs out. */
  async kill(): Promise<void> {
    const { pid } = this.server;
    for (const child of descendants(pid)) process.kill(child, 'SIGKILL');
    await this.server.stop('SIGKILL');
    this.#server = undefined;
  }

  /** Ends the daemon as it likes to be ended. */
  async stopDaemon(): Promise<void> {
    const pid = await this.daemonPid().catch(() => undefined);
    if (pid !== undefined) await stop(pid);
  }

  get server(): VsCodeServer {
    if (this.#server === undefined) throw new Error('VS Code is not started');
    return this.#server;
  }

  /** Makes a folder with these files; answers with its path. */
  async folder(name: string, files: Record<string, string>): Promise<string> {
    const folder = join(this.base, name);
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    return folder;
  }

  open(target: { folder?: string; workspace?: string }, look?: Look): Promise<Workbench> {
    return Workbench.open(this.#browser, this.server.url(target), nameOf(target), look);
  }

  async daemonPid(): Promise<number> {
    return (await this.#endpoint()).pid;
  }

  /** Ids of the sessions that are alive. */
  async sessions(): Promise<string[]> {
    const client = new RestClient({ serverUrl: (await this.#endpoint()).url, token: readToken(this.dataDirectory) });
    const sessions = await client.get<Session[]>('sessions?status=ready');
    return sessions.map(({ id }) => id);
  }

  /** How many connections the daemon has. */
  async clients(): Promise<number> {
    const [node, cli] = await this.program();
    const env = { HOME: this.base, PATH: '', VM_SYSTEM_DATA_DIR: this.dataDirectory };
    const { stdout } = await promisify(execFile)(node, [cli, 'status', '--json'], { env });
    return (JSON.parse(stdout) as { clients: number }).clients;
  }

  /** The Node that the package brought, and the command line in it. */
  async program(): Promise<[node: string, cli: string]> {
    const extensions = join(this.base, 'extensions');
    const name = (await readdir(extensions)).find((each) => each.startsWith('vm-system.vm-system-')) ?? '';
    const { node } = findTarget();
    return [join(extensions, name, 'node_modules', node, 'bin', 'node'), join(extensions, name, 'dist', 'cli.js')];
  }

  async #endpoint(): Promise<{ pid: number; url: string }> {
    const text = await readFile(join(this.dataDirectory, 'endpoint.json'), 'utf8');
    return JSON.parse(text) as { pid: number; url: string };
  }

  /** Ends VS Code, the daemon and the browser, and removes every trace of them. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server?.stop();
    await this.stopDaemon();
    // An extension host that outlives its server for a moment starts the daemon again, as it should.
    await waitUntil(() => endProcesses(this.base) === 0, 'the end of everything that ran from the package', ENDS_MS);
    await rm(this.base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Sends a last signal to what runs from the extensions of a folder; answers how many there were. */
function endProcesses(folder: string): number {
  const pids = processesOf(join(folder, 'extensions'));
  for (const pid of pids) end(pid, 'SIGKILL');
  return pids.length;
}

/** Whether the process was still there. */
function end(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Processes with a folder in their command lines. Linux only: elsewhere there are none. */
export function processesOf(folder: string, word = ''): number[] {
  const names = existsSync('/proc') ? readdirSync('/proc') : [];
  return names.map(Number).filter((pid) => {
    const line = pid > 0 ? commandLine(pid) : '';
    return line.includes(`${folder}/`) && line.includes(word);
  });
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** As the title bar has it. */
function nameOf({ folder, workspace = '' }: { folder?: string; workspace?: string }): string {
  return folder === undefined ? basename(workspace, '.code-workspace') : basename(folder);
}

/** Processes that VS Code started, and those started by them; not what runs from our package. Linux only. */
export function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  const own = children.filter((child) => !commandLine(child).includes('cli.js'));
  return own.flatMap((child) => [...descendants(child), child]);
}

async function stop(pid: number): Promise<void> {
  if (!end(pid, 'SIGTERM')) return;
  await waitUntil(() => !end(pid, 0), 'the end of the daemon', ENDS_MS);
}
