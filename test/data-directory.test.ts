import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DataDirectoryError, ensureDataDirectory, ensureToken, readToken } from '../daemon/data-directory.ts';
import { runCli } from './helpers/run-cli.ts';

describe('the data directory', () => {
  let home: string;
  let path: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vm-data-'));
    path = join(home, 'a', 'b');
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  const mode = (file: string): string => (statSync(file).mode & 0o777).toString(8);
  const refuses = (job: () => unknown, message: RegExp): void => {
    assert.throws(job, (error) => error instanceof DataDirectoryError && message.test(error.message));
  };

  it('is made, private to its user, with the token in it', () => {
    const token = ensureToken(path);
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(mode(path), '700');
    assert.equal(mode(join(path, 'token')), '600');
    assert.equal(ensureToken(path), token);
    assert.equal(readToken(path), token);
    assert.deepEqual(readdirSync(path), ['token']);
  });

  it('has no token before anyone made it', () => {
    assert.equal(readToken(path), undefined);
  });

  it('is refused when others can enter it', () => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o750);
    refuses(() => {
      ensureDataDirectory(path);
    }, /chmod 700/);
  });

  it('is refused when it is a link, or no folder', () => {
    mkdirSync(join(home, 'a'));
    symlinkSync(home, path);
    refuses(() => {
      ensureDataDirectory(path);
    }, /not a folder of its own/);
    writeFileSync(join(home, 'file'), '');
    refuses(() => {
      ensureDataDirectory(join(home, 'file'));
    }, /not a folder of its own/);
    refuses(() => {
      ensureDataDirectory(join(home, 'file', 'below'));
    }, /cannot make the data directory .*--data-dir/);
  });

  it('is refused where the system lets nobody make a folder', function () {
    if (process.platform !== 'linux') this.skip();
    refuses(() => {
      ensureDataDirectory('/proc/vm-system/data');
    }, /cannot make the data directory/);
  });

  it('is made once, whoever makes it and the folders above it at once', async () => {
    const arrived = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { home, rounds: 2_000, threads: 2, arrived };
    const source = new URL('fixtures/make-folders.ts', import.meta.url);
    const failures = await Promise.all(
      Array.from({ length: workerData.threads }, async () => {
        const [failed] = (await once(new Worker(source, { workerData }), 'message')) as [string[]];
        return failed;
      }),
    );
    assert.deepEqual(failures, [[], []]);
  }).timeout(60_000);

  it('refuses a token that others can read, that is a link, or that is empty', () => {
    ensureDataDirectory(path);
    const token = join(path, 'token');
    writeFileSync(token, 'known\n', { mode: 0o644 });
    chmodSync(token, 0o644);
    refuses(() => readToken(path), /others can read the token/);
    writeFileSync(token, '');
    chmodSync(token, 0o600);
    refuses(() => ensureToken(path), /holds no token/);
    rmSync(token);
    writeFileSync(join(home, 'elsewhere'), 'planted\n', { mode: 0o600 });
    symlinkSync(join(home, 'elsewhere'), token);
    refuses(() => ensureToken(path), /cannot read the token/);
  });

  it('has one token, whoever makes it at once', async () => {
    const env = { ...process.env, VM_SYSTEM_DATA_DIR: path };
    const runs = await Promise.all(Array.from({ length: 6 }, () => runCli(['token'], env)));
    for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
    assert.equal(new Set(runs.map(({ stdout }) => stdout)).size, 1);
    assert.deepEqual(readdirSync(path), ['token']);
    const asJson = await runCli(['token', '--json'], env);
    assert.deepEqual(JSON.parse(asJson.stdout), { token: readToken(path) });
  }).timeout(60_000);
});
