import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VsCodeInstall } from './vs-code-install.ts';

export type VsCodeOptions = {
  install: VsCodeInstall;
  /** User settings beside those that keep VS Code quiet. */
  settings?: Record<string, unknown>;
  /** Extension tests: answers the page's driver instead of showing notifications. */
  testDriver?: boolean;
  /** More environment for the server and, through it, the extension host. */
  env?: Record<string, string>;
  /** Folder with installed extensions; a new, empty one when absent. */
  extensions?: string;
};

/** Whatever VS Code does by itself would only disturb a test. */
const QUIET_SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
};

/** A VS Code server with a profile of its own, which goes away with it. */
export class VsCodeServer {
  readonly port: number;
  readonly home: string;
  readonly #process: ChildProcess;

  private constructor(port: number, home: string, child: ChildProcess) {
    this.port = port;
    this.home = home;
    this.#process = child;
  }

  static async start({ install, settings, testDriver = false, env, extensions }: VsCodeOptions): Promise<VsCodeServer> {
    const home = await mkdtemp(join(tmpdir(), 'vm-vscode-'));
    await mkdir(join(home, 'user', 'User'), { recursive: true });
    await writeFile(join(home, 'user', 'User', 'settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...settings }));
    await writeFile(join(home, 'config.yaml'), '');
    const port = await freePort();
    const trustFlag = settings?.['security.workspace.trust.enabled'] === true ? [] : ['--disable-workspace-trust'];
    const child = spawn(
      process.execPath,
      [
        install.entry,
        ...['--config', join(home, 'config.yaml'), '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
        ...[
          '--disable-telemetry',
          '--disable-update-check',
          '--disable-getting-started-override',
          '--ignore-last-opened',
        ],
        ...['--user-data-dir', join(home, 'user'), '--extensions-dir', extensions ?? join(home, 'extensions')],
        ...trustFlag,
        ...(testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      ],
      { env: { ...cleanEnvironment(), HOME: home, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...env }, stdio: 'ignore' },
    );
    const server = new VsCodeServer(port, home, child);
    await server.#healthy();
    return server;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The workbench's address with a folder, or a workspace file, opened in it. */
  url(target: { folder?: string; workspace?: string }, payload: readonly (readonly [string, string])[] = []): string {
    const query = new URLSearchParams(target);
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `http://127.0.0.1:${this.port}/?${query.toString()}`;
  }

  /** How the workbench names a file of this machine. */
  remoteUri(path: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${path}`;
  }

  /** The extension host outlives the page: it ends only with the server. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill(signal);
      await once(this.#process, 'exit');
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #healthy(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`).catch(() => undefined);
      if (answer?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.stop('SIGKILL');
    throw new Error('VS Code did not answer within 20 s');
  }
}

/** The variables of a VS Code in whose terminal the tests may run would mislead the one that is tested. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS|npm_)/.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
