import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** Packages that a process has loaded after it ran `code`. */
async function loadedBy(code: string): Promise<string[]> {
  const script = `${code}
    import { Module } from 'node:module';
    const loaded = Object.keys(Module._cache).map((path) => path.split('node_modules/').at(-1));
    console.log(JSON.stringify([...new Set(loaded.map((path) => path.split(/[/\\\\]/)[0]))]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
  });
  return JSON.parse(stdout) as string[];
}

describe('what fetches and bundles libraries', () => {
  it('is not loaded by a daemon that does neither', async () => {
    const loaded = await loadedBy(`import './daemon/libraries/npm-libraries.ts';`);
    assert.ok(loaded.includes('semver'), 'the test sees what is loaded');
    for (const name of ['pacote', 'esbuild', '@npmcli']) assert.ok(!loaded.includes(name), `${name} is loaded`);
  });

  it('would be seen by this test', async () => {
    const loaded = await loadedBy(`await import('pacote'); await import('esbuild');`);
    for (const name of ['pacote', 'esbuild']) assert.ok(loaded.includes(name), `${name} is not seen`);
  });
});
