import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { SuitePage } from './extension-host.ts';
import { seed } from './seed.ts';
import { bundleSuite } from './suite-bundle.ts';
import { GREP, RESULTS_FILE, type SuiteResult } from './suite-result.ts';
import type { VsCodeInstall } from './vs-code-install.ts';
import { VsCodeServer } from './vs-code-server.ts';

const root = join(import.meta.dirname, '..', '..', '..');

export type SuiteWindowOptions = {
  install: VsCodeInstall;
  browser: Browser;
  settings?: Record<string, unknown>;
  /** Names of the folders of the window. */
  folders?: readonly string[];
  /** `.vscode/settings.json` of the first folder. */
  folderSettings?: Record<string, unknown>;
  /** What the daemon finds in its database when it starts, half of it bound to the first folder. */
  seeded?: { sessions: number; executions: number };
};

type Target = { folder: string } | { workspace: string };

/** A window of a VS Code with folders, a profile and a daemon of its own, in which suites run. */
export class SuiteWindow {
  readonly #base: string;
  readonly #server: VsCodeServer;
  readonly #browser: Browser;
  #target: Target;
  #context: BrowserContext;
  #page: SuitePage;

  private constructor(base: string, target: Target, server: VsCodeServer, browser: Browser, page: SuitePage) {
    this.#base = base;
    this.#target = target;
    this.#server = server;
    this.#browser = browser;
    this.#context = page.context;
    this.#page = page;
  }

  static async open({
    install,
    browser,
    settings = {},
    folders = ['folder'],
    folderSettings,
    seeded,
  }: SuiteWindowOptions): Promise<SuiteWindow> {
    const base = await realpath(await mkdtemp(join(tmpdir(), 'vm-suite-')));
    const target = await makeFolders(base, folders, folderSettings);
    if (seeded !== undefined) seed(join(base, 'data'), { folder: join(base, folders[0] ?? ''), ...seeded });
    const grep = process.env[GREP];
    const env = {
      VM_SYSTEM_DATA_DIR: join(base, 'data'),
      [RESULTS_FILE]: join(base, 'results.json'),
      ...(grep === undefined ? {} : { [GREP]: grep }),
    };
    const server = await VsCodeServer.start({ install, testDriver: true, settings, env });
    return new SuiteWindow(base, target, server, browser, await SuitePage.open(await browser.newContext(), server));
  }

  /** Runs a suite, given by its name in test/vscode/suite; another one in the same window is a reload of it. */
  async run(name: string, timeoutMs: number): Promise<SuiteResult[]> {
    const results = join(this.#base, 'results.json');
    await rm(results, { force: true });
    const suite = await bundleSuite(name);
    try {
      await this.#page.run({ extension: root, suite, target: this.#target, timeoutMs });
    } finally {
      await rm(suite);
    }
    const text = await readFile(results, 'utf8').catch(() => undefined);
    if (text === undefined) throw new Error(`the suite ${name} left no results:\n${this.#page.log}`);
    return JSON.parse(text) as SuiteResult[];
  }

  /** The next suite runs in a browser that has stored nothing, as one has that was closed at once. */
  async forget(): Promise<void> {
    await this.#context.close();
    this.#context = await this.#browser.newContext();
    this.#page = await SuitePage.open(this.#context, this.#server);
  }

  /** The next suite runs in a window without a folder, whose workspace file lies beside the folders that there were. */
  async leaveFolders(): Promise<void> {
    const workspace = join(this.#base, 'none.code-workspace');
    await writeFile(workspace, JSON.stringify({ folders: [] }));
    this.#target = { workspace };
  }

  async close(): Promise<void> {
    await this.#context.close();
    await this.#server.stop();
    // The daemon outlives its windows; that of a test shall not.
    const stop = ['stop', '--data-dir', join(this.#base, 'data')];
    await promisify(execFile)(join(root, 'vm-system'), stop).catch(() => undefined);
    await rm(this.#base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One folder is opened as such, several as a workspace. */
async function makeFolders(
  base: string,
  names: readonly string[],
  folderSettings: Record<string, unknown> | undefined,
): Promise<Target> {
  const paths = names.map((name) => join(base, name));
  for (const path of paths) await mkdir(path);
  const [first = base] = paths;
  if (folderSettings !== undefined) {
    await mkdir(join(first, '.vscode'));
    await writeFile(join(first, '.vscode', 'settings.json'), JSON.stringify(folderSettings));
  }
  if (paths.length === 1) return { folder: first };
  const workspace = join(base, 'both.code-workspace');
  await writeFile(workspace, JSON.stringify({ folders: names.map((name) => ({ path: name })) }));
  return { workspace };
}
