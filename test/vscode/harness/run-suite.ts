import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInExtensionHost } from './extension-host.ts';
import { GREP, RESULTS_FILE, type SuiteResult } from './suite-result.ts';
import type { VsCodeInstall } from './vs-code-install.ts';
import { VsCodeServer } from './vs-code-server.ts';
import { launchBrowser } from './workbench.ts';

const root = join(import.meta.dirname, '..', '..', '..');

export type SuiteOptions = {
  install: VsCodeInstall;
  /** A bundled suite. */
  suite: string;
  timeoutMs: number;
  settings?: Record<string, unknown>;
};

/** Runs a suite in a new VS Code with a folder, a profile and a daemon of its own; rejects with what failed in it. */
export async function runSuite({ install, suite, timeoutMs, settings = {} }: SuiteOptions): Promise<SuiteResult[]> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'vm-suite-')));
  const folder = join(base, 'folder');
  await mkdir(folder);
  const results = join(base, 'results.json');
  const dataDirectory = join(base, 'data');
  const grep = process.env[GREP];
  const env = {
    VM_SYSTEM_DATA_DIR: dataDirectory,
    [RESULTS_FILE]: results,
    ...(grep === undefined ? {} : { [GREP]: grep }),
  };
  const browser = await launchBrowser(install);
  try {
    const server = await VsCodeServer.start({ install, testDriver: true, settings, env });
    try {
      const { log } = await runInExtensionHost(browser, server, { extension: root, suite, folder, timeoutMs });
      if (process.env['VM_SYSTEM_SUITE_LOG'] !== undefined) console.log(log.join('\n'));
      const text = await readFile(results, 'utf8').catch(() => undefined);
      if (text === undefined) throw new Error(`the suite left no results:\n${log.join('\n')}`);
      return JSON.parse(text) as SuiteResult[];
    } finally {
      await server.stop();
      await stopDaemon(dataDirectory);
    }
  } finally {
    await browser.close();
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The daemon outlives its windows; that of a test shall not. */
async function stopDaemon(dataDirectory: string): Promise<void> {
  await promisify(execFile)(join(root, 'vm-system'), ['stop', '--data-dir', dataDirectory]).catch(() => undefined);
}
