import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { bundleSuite } from './harness/suite-bundle.ts';
import { RESULTS_FILE, type SuiteResult } from './harness/suite-result.ts';

const root = join(import.meta.dirname, '..', '..');

/** As in `extension-host.test.ts`, which also has those that need more than a window: reloads, a filled database. */
const SUITES = [
  { name: 'main', folders: ['folder'], trusts: true },
  { name: 'folders', folders: ['first', 'second'], trusts: true },
  { name: 'untrusted', folders: ['folder'], trusts: false },
] as const;

type Suite = (typeof SUITES)[number];

/** `npm run test:desktop`: the suites of the extension in a desktop VS Code, each in a window and a profile of its own. */
const executable = await findVsCode();
if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
  fail(
    'a desktop VS Code needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set; try: xvfb-run npm run test:desktop',
  );
for (const suite of SUITES) await runSuite(suite);

/** The one that VSCODE_EXECUTABLE_PATH names, else that of `code` on the PATH, else one that is downloaded. */
async function findVsCode(): Promise<string> {
  const named = process.env['VSCODE_EXECUTABLE_PATH'];
  if (named !== undefined && named !== '') {
    return existsSync(named) ? named : fail(`VSCODE_EXECUTABLE_PATH is ${named}, and there is no such file`);
  }
  const found = installed();
  if (found !== undefined) return found;
  return downloadAndUnzipVSCode({ cachePath: join(root, '.vscode-test', 'desktop') }).catch((error: unknown) =>
    fail(
      'there is no desktop VS Code: VSCODE_EXECUTABLE_PATH is not set, the PATH has no `code`, and it could not be ' +
        `downloaded (${error instanceof Error ? error.message : String(error)}). \`npm test\` runs the same suites without one`,
    ),
  );
}

/** `code` is a script beside the program; the program is what can be waited for. */
function installed(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const script = join(folder, process.platform === 'win32' ? 'code.cmd' : 'code');
    if (folder === '' || !existsSync(script)) continue;
    const home = dirname(dirname(realpathSync(script)));
    const programs = [join(home, 'code'), join(home, 'Code.exe'), join(home, '..', '..', 'MacOS', 'Electron')];
    const program = programs.find(existsSync);
    if (program !== undefined) return program;
  }
  return undefined;
}

async function runSuite({ name, folders, trusts }: Suite): Promise<void> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'vm-desktop-')));
  const results = join(base, 'results.json');
  const suite = await bundleSuite(name);
  try {
    for (const folder of folders) await mkdir(join(base, folder));
    const profile = ['--user-data-dir', join(base, 'user'), '--extensions-dir', join(base, 'extensions')];
    const quiet = [
      '--disable-updates',
      '--skip-welcome',
      '--skip-release-notes',
      ...(trusts ? ['--disable-workspace-trust'] : []),
    ];
    const workspace = join(base, 'all.code-workspace');
    await writeFile(workspace, JSON.stringify({ folders: folders.map((path) => ({ path })) }));
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: suite,
      extensionTestsEnv: { VM_SYSTEM_DATA_DIR: join(base, 'data'), [RESULTS_FILE]: results },
      launchArgs: [folders.length === 1 ? join(base, folders[0]) : workspace, ...profile, ...quiet],
    });
    report(name, JSON.parse(readFileSync(results, 'utf8')) as SuiteResult[]);
  } finally {
    await rm(suite, { force: true });
    // The daemon outlives its windows; that of a test shall not.
    const stop = ['stop', '--data-dir', join(base, 'data')];
    await promisify(execFile)(join(root, 'vm-system'), stop).catch(() => undefined);
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

function report(suite: string, results: readonly SuiteResult[]): void {
  if (results.length === 0) fail(`the suite ${suite} has run no test`);
  for (const { title, error, ms } of results) {
    console.log(`${error === undefined ? '✔' : '✖'} ${suite}: ${title.join(' › ')} (${ms} ms)`);
    if (error === undefined) continue;
    console.log(error);
    process.exitCode = 1;
  }
}

function fail(sentence: string): never {
  console.error(`test:desktop: ${sentence}.`);
  process.exit(1);
}
