import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { runSuite } from './harness/run-suite.ts';
import { bundleSuite } from './harness/suite-bundle.ts';
import { installVsCode, type VsCodeInstall } from './harness/vs-code-install.ts';

/** Installing takes a minute or two where the registry is near, and is done once. */
const INSTALL_MS = 20 * 60_000;
const SUITE_MS = 10 * 60_000;

describe('the extension in a real VS Code', () => {
  let install: VsCodeInstall;

  before(async function () {
    this.timeout(INSTALL_MS);
    install = await installVsCode();
  });

  it('passes its own tests inside of the extension host', async function () {
    this.timeout(SUITE_MS);
    const suite = await bundleSuite('main');
    try {
      const results = await runSuite({ install, suite, timeoutMs: SUITE_MS - 60_000 });
      const lines = results.map(
        ({ title, error, ms }) => `      ${error === undefined ? '✔' : '✖'} ${title.join(' › ')} (${ms} ms)`,
      );
      console.log(lines.join('\n'));
      assert.ok(results.length > 0, 'no test was run');
      const failed = results.filter(({ error }) => error !== undefined);
      assert.equal(failed.length, 0, failed.map(({ title, error }) => `${title.join(' › ')}\n${error}`).join('\n\n'));
    } finally {
      await rm(suite);
    }
  });
});
