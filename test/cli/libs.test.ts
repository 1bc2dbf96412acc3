import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli, type CliRun } from '../helpers/run-cli.ts';
import type { TestPackage } from '../helpers/test-registry.ts';
import { LibrariesFixture } from '../libraries/libraries-fixture.ts';
import { LIBRARIES } from '../../shared/catalogue/libraries.ts';

function stand(name: string, version: string): TestPackage {
  return { name, version, files: { 'index.js': `exports.version = '${version}'` } };
}

/** The catalogue, played by packages of one line. */
const catalogue = [
  ...Object.entries(LIBRARIES).map(([name, { version }]) => stand(name, version)),
  stand('react', '18.2.0'),
];

describe('vm-system libs', function () {
  this.timeout(60_000);
  let fixture: LibrariesFixture;
  beforeEach(async () => {
    fixture = await LibrariesFixture.start([...catalogue, stand('thing', '1.0.0'), stand('thing', '1.5.0')]);
  });
  afterEach(() => fixture.stop());

  const libs = (...args: string[]): Promise<CliRun> => runCli(['libs', ...args], fixture.env());
  const offline = (...args: string[]): Promise<CliRun> =>
    runCli(['libs', ...args], fixture.env({ npm_config_registry: 'http://127.0.0.1:1/' }));

  it('download fetches the catalogue, and then has nothing left to do', async () => {
    const first = await libs('download');
    assert.equal(first.code, 0, first.stderr);
    const expected = Object.entries(LIBRARIES).map(([name, { version }]) => `${name}@${version}`);
    assert.deepEqual(
      first.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
      expected,
    );
    const asked = fixture.registry.requests.length;
    const second = await libs('download');
    assert.equal(second.code, 0);
    assert.equal(second.stdout.match(/in the cache/g)?.length, expected.length);
    assert.equal(fixture.registry.requests.length, asked);
  });

  it('download goes on where it stopped', async () => {
    await libs('download', 'lodash', 'moment');
    const { code, stdout } = await libs('download');
    assert.equal(code, 0);
    assert.equal(stdout.match(/in the cache/g)?.length, 2);
    assert.equal(stdout.match(/added/g)?.length, Object.keys(LIBRARIES).length - 2);
  });

  it('download without a network has what is cached, and says which the rest is', async () => {
    await libs('download', 'lodash');
    const cached = await offline('download', 'lodash', 'lodash-4.17.21');
    assert.deepEqual([cached.code, cached.stderr], [0, '']);
    const mixed = await offline('download', 'lodash', 'moment');
    assert.equal(mixed.code, 1);
    assert.match(mixed.stdout, /^lodash@4\.17\.21: in the cache/);
    assert.match(mixed.stderr, /^moment@2\.29\.4: failed: moment@2\.29\.4 could not be fetched: .*ECONNREFUSED/);
    assert.match(mixed.stderr, /1 of 2 libraries could not be fetched/);
  });

  it('add takes any package, in a version, a range or the newest, and goes on after one that there is not', async () => {
    const { code, stdout, stderr } = await libs('add', 'thing@1.0.0', 'nothing', 'thing@^1');
    assert.equal(code, 1);
    assert.match(stdout, /^thing@1\.0\.0: added .*\nthing@1\.5\.0: added /);
    assert.match(stderr, /^nothing: failed: The registry has no package for nothing\.\n/);
    assert.equal((await libs('add', 'thing')).code, 0);
  });

  it('refuses what is no name, before it does anything', async () => {
    for (const args of [['add', 'thing', '../thing'], ['download', 'thing@file:x'], ['add']]) {
      const { code, stdout } = await libs(...args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    }
    assert.deepEqual(await fixture.cache.list(), []);
  });

  it('list, remove and verify keep house', async () => {
    assert.match((await libs('list')).stdout, /No libraries/);
    await libs('add', 'thing@1.0.0', 'thing@1.5.0', 'lodash');
    assert.match((await libs('list')).stdout, /^NAME +VERSION +GLOBAL .*\nlodash +4\.17\.21 +_ /);
    const one = await libs('remove', 'thing-1.0.0');
    assert.deepEqual([one.code, one.stdout], [0, 'Removed library: thing@1.0.0\n']);
    const missing = await libs('remove', 'lodash', 'thing@1.0.0');
    assert.deepEqual([missing.code, missing.stdout], [1, 'Removed library: lodash@4.17.21\n']);
    assert.match(missing.stderr, /not in the cache: thing@1\.0\.0/);
    assert.match((await libs('verify')).stdout, /^thing@1\.5\.0: sound\n$/);
    assert.equal((await libs('remove', 'thing')).stdout, 'Removed library: thing@1.5.0\n');
  });

  it('verify finds what was changed, and add mends it', async () => {
    await libs('add', 'thing@1.0.0');
    const content = join(fixture.cache.path, 'content');
    const [name] = await readdir(content);
    await writeFile(join(content, name!), `${await readFile(join(content, name!), 'utf8')} `);
    const { code, stdout, stderr } = await libs('verify');
    assert.equal(code, 1);
    assert.match(stdout, /thing@1\.0\.0: broken/);
    assert.match(stderr, /mend with: vm-system libs add thing@1\.0\.0/);
    assert.equal((await libs('add', 'thing@1.0.0')).code, 0);
    assert.equal((await libs('verify')).code, 0);
  });

  it('--json is for programs', async () => {
    const added = await libs('add', 'thing@1.0.0', 'nothing', '--json');
    const { libraries, failed } = JSON.parse(added.stdout) as Record<string, Record<string, unknown>[]>;
    assert.deepEqual([libraries?.[0]?.['version'], libraries?.[0]?.['was_cached']], ['1.0.0', false]);
    assert.deepEqual([failed?.[0]?.['name'], failed?.[0]?.['code']], ['nothing', 'LIBRARY_NOT_FOUND']);
    const listed = JSON.parse((await libs('list', '--json')).stdout) as Record<string, unknown>[];
    assert.deepEqual(
      listed.map((each) => each['name']),
      ['thing'],
    );
    const verified = JSON.parse((await libs('verify', '--json')).stdout) as Record<string, unknown[]>;
    assert.deepEqual([verified['sound']?.length, verified['broken']?.length], [1, 0]);
  });
});
