import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli, startCli } from '../helpers/run-cli.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

const PROCESSES = 8;
const KILLS = 12;

/** A library large enough that writing it takes a moment. */
const large = `module.exports = ${JSON.stringify(Array.from({ length: 40_000 }, (_, index) => `word ${index}`))};`;

describe('the cache of libraries, used by several processes', () => {
  let fixture: LibrariesFixture;
  beforeEach(async () => {
    fixture = await LibrariesFixture.start([
      {
        name: 'large',
        version: '1.0.0',
        files: { 'index.js': large },
        manifest: { dependencies: { leaf: '^1.0.0' } },
      },
      { name: 'leaf', version: '1.0.0', files: { 'index.js': 'module.exports = 1' } },
    ]);
  });
  afterEach(() => fixture.stop());

  /** No entry is broken, and nothing half-written bears the name of a bundle. */
  const assertSound = async (): Promise<void> => {
    const { broken } = await fixture.cache.verify();
    assert.deepEqual(broken, []);
    for (const name of await readdir(join(fixture.cache.path, 'content')).catch(() => [])) {
      const sha512 = name.replace('.js', '');
      const entry = { name: '', version: '', description: '', integrity: '', packages: [], externals: [] };
      const bundle = await fixture.cache.read({ ...entry, sha512, bytes: 0, added_at: '' });
      assert.ok(bundle !== undefined, `${name} is not what its name says`);
    }
  };

  it(`takes the same library from ${PROCESSES} at once`, async function () {
    this.timeout(60_000);
    const runs = await Promise.all(
      Array.from({ length: PROCESSES }, () => runCli(['libs', 'add', 'large'], fixture.env())),
    );
    for (const { code, stdout, stderr } of runs) {
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^large@1\.0\.0: (added|in the cache)/);
    }
    await assertSound();
    assert.equal((await fixture.libraries.load(['large@1.0.0'])).length, 1);
    assert.equal((await readdir(join(fixture.cache.path, 'content'))).length, 1);
    assert.deepEqual(await readdir(join(fixture.cache.path, 'tmp')), []);
  });

  it('serves those who live when others are killed', async function () {
    this.timeout(60_000);
    const started = Array.from({ length: PROCESSES }, () => startCli(['libs', 'add', 'large'], fixture.env()));
    const killed = started.filter((_, index) => index % 2 === 0);
    for (const { child } of killed) {
      await delay(Math.random() * 200);
      child.kill('SIGKILL');
    }
    const runs = await Promise.all(started.map(({ run }) => run));
    for (const [index, { code, stderr }] of runs.entries()) if (index % 2 === 1) assert.equal(code, 0, stderr);
    await assertSound();
    assert.equal((await fixture.libraries.load(['large@1.0.0'])).length, 1);
  });

  it(`is whole after each of ${KILLS} kills at any moment`, async function () {
    this.timeout(120_000);
    const before = performance.now();
    await runCli(['libs', 'add', 'leaf'], fixture.env());
    const duration = performance.now() - before;
    let interrupted = 0;
    for (let count = 0; count < KILLS; count++) {
      const { child, run } = startCli(['libs', 'add', 'large'], fixture.env());
      // From the middle on: before that it only reads its own code.
      const timer = setTimeout(() => child.kill('SIGKILL'), duration * (0.5 + Math.random()));
      const { signal } = await run;
      clearTimeout(timer);
      if (signal === 'SIGKILL') interrupted++;
      await assertSound();
      await fixture.cache.remove({ name: 'large', version: '1.0.0' });
    }
    assert.ok(interrupted > 0, 'no process was killed before it was done');
    assert.equal((await runCli(['libs', 'add', 'large'], fixture.env())).code, 0);
    await assertSound();
  });

  for (const folder of ['tmp', 'content', 'index'] as const) {
    it(`is whole when a process is killed as soon as it has put something into ${folder}`, async function () {
      this.timeout(60_000);
      const path = join(fixture.cache.path, folder);
      await mkdir(path, { recursive: true });
      const { child, run } = startCli(['libs', 'add', 'large'], fixture.env());
      const watcher = watch(path, () => child.kill('SIGKILL'));
      const { signal } = await run;
      watcher.close();
      assert.equal(signal, 'SIGKILL');
      await assertSound();
      assert.equal((await runCli(['libs', 'add', 'large'], fixture.env())).code, 0);
      assert.equal((await fixture.libraries.load(['large@1.0.0'])).length, 1);
    });
  }
});
