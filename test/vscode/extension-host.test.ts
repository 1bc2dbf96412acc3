import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { SuiteResult } from './harness/suite-result.ts';
import { SuiteWindow, type SuiteWindowOptions } from './harness/suite-window.ts';
import { installVsCode, type VsCodeInstall } from './harness/vs-code-install.ts';
import { launchBrowser } from './harness/workbench.ts';

/** Installing takes a minute or two where the registry is near, and is done once. */
const INSTALL_MS = 20 * 60_000;
/** A minute on an idle machine; builds share theirs with others. */
const SUITE_MS = 12 * 60_000;

/** Each test here is a whole suite that runs inside of a real extension host; the suites are in `suite/`. */
describe('the extension in a real VS Code', () => {
  let install: VsCodeInstall;
  let browser: Browser;

  before(async function () {
    this.timeout(INSTALL_MS);
    install = await installVsCode();
    browser = await launchBrowser(install);
  });

  after(async () => {
    await browser.close();
  });

  async function inWindow(
    options: Omit<SuiteWindowOptions, 'install' | 'browser'>,
    work: (window: SuiteWindow) => Promise<void>,
  ): Promise<void> {
    const window = await SuiteWindow.open({ install, browser, ...options });
    try {
      await work(window);
    } finally {
      await window.close();
    }
  }

  it('works in a window with a folder', async function () {
    this.timeout(SUITE_MS);
    await inWindow({}, async (window) => {
      allPassed(await window.run('main', SUITE_MS - 60_000));
    });
  });

  it('works in a window with two folders', async function () {
    this.timeout(SUITE_MS);
    await inWindow({ folders: ['first', 'second'] }, async (window) => {
      allPassed(await window.run('folders', SUITE_MS - 60_000));
    });
  });

  it('only looks in a window that is not trusted', async function () {
    this.timeout(SUITE_MS);
    const settings = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
    const folderSettings = { 'vmSystem.dataDirectory': '/tmp/evil', 'vmSystem.defaultTemplate': 'evil' };
    await inWindow({ settings, folderSettings }, async (window) => {
      allPassed(await window.run('untrusted', SUITE_MS - 60_000));
    });
  });

  it('stays quick with a thousand sessions, ten thousand executions and fifty thousand lines', async function () {
    this.timeout(SUITE_MS);
    await inWindow({ seeded: { sessions: 1_000, executions: 10 } }, async (window) => {
      allPassed(await window.run('large', SUITE_MS - 60_000));
    });
  });

  it('goes on after the window was reloaded in the middle of a run', async function () {
    this.timeout(SUITE_MS);
    await inWindow({}, async (window) => {
      allPassed(await window.run('before-reload', SUITE_MS / 3));
      allPassed(await window.run('after-reload', SUITE_MS / 3));
    });
  });

  it('goes on in a window whose browser has stored nothing, as after a reload that came too soon for that', async function () {
    this.timeout(SUITE_MS);
    await inWindow({}, async (window) => {
      allPassed(await window.run('before-reload', SUITE_MS / 3));
      await window.forget();
      allPassed(await window.run('after-reload', SUITE_MS / 3));
    });
  });

  it('finds the session again when a file, or the folder, comes later than the window', async function () {
    this.timeout(SUITE_MS);
    await inWindow({}, async (window) => {
      allPassed(await window.run('before-reload', SUITE_MS / 4));
      await window.leaveFolders();
      allPassed(await window.run('file-later', SUITE_MS / 4));
      // Else the file would be there again at once.
      await window.forget();
      allPassed(await window.run('folder-later', SUITE_MS / 4));
    });
  });
});

/** Lists what has run, and fails with what failed there. */
function allPassed(results: readonly SuiteResult[]): void {
  for (const { title, error, ms } of results) {
    console.log(`      ${error === undefined ? '✔' : '✖'} ${title.join(' › ')} (${ms} ms)`);
  }
  // With a filter for one suite the others have nothing to run.
  assert.ok(results.length > 0 || process.env['VM_SYSTEM_SUITE_GREP'] !== undefined, 'no test was run');
  const failed = results.filter(({ error }) => error !== undefined);
  assert.equal(failed.length, 0, failed.map(({ title, error }) => `${title.join(' › ')}\n${error}`).join('\n\n'));
}
