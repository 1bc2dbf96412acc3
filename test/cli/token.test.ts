import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverFor, tokenFor } from '../../daemon/cli/context.ts';
import { ensureToken } from '../../daemon/data-directory.ts';

describe('the token that requests bear', () => {
  let home: string;
  let token: string;
  const saved = { ...process.env };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vm-token-'));
    process.env['VM_SYSTEM_DATA_DIR'] = join(home, 'data');
    delete process.env['VM_SYSTEM_TOKEN'];
    delete process.env['VM_SYSTEM_SERVER_URL'];
    token = ensureToken(join(home, 'data'));
  });
  afterEach(() => {
    process.env = { ...saved };
    rmSync(home, { recursive: true, force: true });
  });

  it('is that of the data directory, for a daemon on this machine', () => {
    for (const url of ['http://127.0.0.1:3210', 'http://localhost:1', 'http://[::1]:1', 'https://127.0.0.1'])
      assert.equal(tokenFor(url), token, url);
  });

  it('is for the daemon that was named or serves the directory, not for whoever has the usual port', () => {
    assert.deepEqual(serverFor('http://127.0.0.1:1'), { serverUrl: 'http://127.0.0.1:1', token });
    assert.throws(() => serverFor(undefined), { name: 'NoDaemonError' });
    process.env['VM_SYSTEM_SERVER_URL'] = '127.0.0.1:2';
    assert.deepEqual(serverFor(undefined), { serverUrl: 'http://127.0.0.1:2', token });
  });

  it('is not shown to whoever has the usual port, where the directory is the usual one and nobody serves it', () => {
    // Where a user's directories are is asked once in a process.
    const script = `
      const { defaultDataDirectory, ensureToken } = await import('./daemon/data-directory.ts');
      const { serverFor } = await import('./daemon/cli/context.ts');
      ensureToken(defaultDataDirectory());
      console.log(JSON.stringify(serverFor(undefined)));
    `;
    const cwd = join(import.meta.dirname, '..', '..');
    const env = { HOME: home, LOCALAPPDATA: home };
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, env, encoding: 'utf8' });
    assert.deepEqual(JSON.parse(said), { serverUrl: 'http://127.0.0.1:3210' });
  });

  it('does not leave this machine', () => {
    for (const url of ['http://example.org', 'http://127.0.0.1.example.org', 'http://0.0.0.0:1', 'http://10.0.0.1'])
      assert.equal(tokenFor(url), undefined, url);
  });

  it('is VM_SYSTEM_TOKEN for any, when that is set', () => {
    process.env['VM_SYSTEM_TOKEN'] = 'given';
    for (const url of ['http://example.org', 'http://127.0.0.1:3210']) assert.equal(tokenFor(url), 'given');
    process.env['VM_SYSTEM_TOKEN'] = '';
    assert.equal(tokenFor('http://127.0.0.1:3210'), token);
  });
});
