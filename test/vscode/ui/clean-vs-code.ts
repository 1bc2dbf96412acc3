import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { packagedExtension } from '../../helpers/packaged-extension.ts';
import type { VsCodeInstall } from '../harness/vs-code-install.ts';
import { VsCodeServer } from '../harness/vs-code-server.ts';
import { launchBrowser } from '../harness/workbench.ts';
import { Workbench, type Look } from './workbench.ts';

/** Unpacking 145 MB on a busy machine. */
const INSTALL_MS = 3 * 60_000;

const SOCKET_LEAVES_MS = 10_000;

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

  /** Installs the package as `code --install-extension` does. */
  static async make(install: VsCodeInstall): Promise<CleanVsCode> {
    const base = await realpath(await mkdtemp(join(tmpdir(), 'vm-ui-')));
    await mkdir(join(base, 'no-programs'));
    await writeFile(join(base, 'config.yaml'), '');
    const args = [install.entry, '--config', join(base, 'config.yaml'), '--user-data-dir', join(base, 'installer')];
    const vsix = await packagedExtension();
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

  /** Ends VS Code as the kernel does when memory runs out. */
  async kill(): Promise<void> {
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
    const { pid } = JSON.parse(await readFile(join(this.dataDirectory, 'endpoint.json'), 'utf8')) as { pid: number };
    return pid;
  }

  /** Ends VS Code, the daemon and the browser, and removes every trace of them. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server?.stop();
    await this.stopDaemon();
    await rm(this.base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As the title bar has it. */
function nameOf({ folder, workspace = '' }: { folder?: string; workspace?: string }): string {
  return folder === undefined ? basename(workspace, '.code-workspace') : basename(folder);
}

async function stop(pid: number): Promise<void> {
  const deadline = Date.now() + SOCKET_LEAVES_MS;
  try {
    process.kill(pid, 'SIGTERM');
    while (Date.now() < deadline) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
