import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestRegistry, type TestPackage } from '../helpers/test-registry.ts';
import { makeTarball } from '../helpers/tarball.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

function tiny(name: string, version: string, manifest: Record<string, unknown> = {}): TestPackage {
  return { name, version, files: { 'index.js': `module.exports = '${name} ${version}'` }, manifest };
}

/** Nothing listens on a port that only root may open. */
const UNREACHABLE = 'http://127.0.0.1:1/';

describe('the registry of libraries', () => {
  let fixture: LibrariesFixture;
  beforeEach(async () => {
    fixture = await LibrariesFixture.start([tiny('thing', '1.0.0'), tiny('thing', '1.2.0'), tiny('thing', '2.0.0')]);
  });
  afterEach(() => fixture.stop());

  it('chooses the version: one, the newest in a range, a tag, the newest of all', async () => {
    for (const [text, expected] of [
      ['thing@1.0.0', '1.0.0'],
      ['thing-1.0.0', '1.0.0'],
      ['thing@^1', '1.2.0'],
      ['thing@latest', '2.0.0'],
      ['thing', '2.0.0'],
    ] as const) {
      assert.equal((await fixture.add(text)).version, expected, text);
    }
  });

  it('is asked nothing about a version that is cached', async () => {
    await fixture.add('thing@1.0.0');
    const asked = fixture.registry.requests.length;
    const again = await fixture.add('thing@1.0.0');
    assert.equal(again.was_cached, true);
    assert.equal(fixture.registry.requests.length, asked);
  });

  it('mends a cached library whose bundle was damaged', async () => {
    const { sha512 } = await fixture.add('thing@1.0.0');
    await writeFile(join(fixture.cache.path, 'content', `${sha512}.js`), 'something else');
    assert.equal((await fixture.add('thing@1.0.0')).was_cached, false);
    assert.equal((await fixture.cache.verify()).broken.length, 0);
  });

  it('is the one of the npmrc of the user, with its credentials, and per scope', async () => {
    const scoped = await TestRegistry.start([tiny('@team/thing', '3.0.0')]);
    try {
      scoped.authorization = 'Bearer secret-of-the-team';
      const { host } = new URL(scoped.url);
      const npmrc = [
        `registry=${fixture.registry.url}`,
        `@team:registry=${scoped.url}`,
        `//${host}/:_authToken=\${TOKEN}`,
      ];
      await writeFile(join(fixture.folder, '.npmrc'), npmrc.join('\n'));
      const libraries = fixture.librariesWith({ npm_config_registry: undefined, TOKEN: 'secret-of-the-team' });
      const ask = async (name: string): Promise<string> => (await libraries.add({ name }, () => undefined)).version;
      assert.deepEqual([await ask('@team/thing'), await ask('thing')], ['3.0.0', '2.0.0']);
      assert.ok(scoped.requests.every(({ authorization }) => authorization === scoped.authorization));
      assert.ok(fixture.registry.requests.every(({ authorization }) => authorization === undefined));
    } finally {
      await scoped.stop();
    }
  });

  it('may be behind the proxy of the environment', async () => {
    const libraries = fixture.librariesWith({
      npm_config_registry: 'http://registry.invalid/',
      npm_config_proxy: fixture.registry.url,
    });
    await assert.rejects(libraries.add({ name: 'thing' }, () => undefined));
    assert.ok(fixture.registry.requests.length > 0, 'the proxy was asked, and no name was looked up');
  });

  it('must not change what it vouched for', async () => {
    fixture.registry.replacedTarballs.set('thing@1.0.0', makeTarball({ 'package.json': '{}', 'index.js': 'evil()' }));
    await assert.rejects(fixture.add('thing@1.0.0'), {
      code: 'LIBRARY_NOT_CACHED',
      message: /thing@1.0.0 is not what the registry vouched for/,
    });
    assert.deepEqual(await fixture.cache.list(), []);
  });

  it('must vouch for something', async () => {
    fixture.registry.publish(tiny('loose', '1.0.0', { dist: { integrity: undefined } }));
    await assert.rejects(fixture.add('loose'), { code: 'LIBRARY_NOT_CACHED', message: /vouches for no checksum/ });
  });

  it('may not have the package, or not the version', async () => {
    await assert.rejects(fixture.add('nothing'), { code: 'LIBRARY_NOT_FOUND', message: /no package for nothing/ });
    await assert.rejects(fixture.add('thing@^9'), {
      code: 'LIBRARY_NOT_FOUND',
      message: /no version that fits thing@\^9/,
    });
  });

  it('may be out of reach: what is cached goes on, the rest says why', async () => {
    await fixture.add('thing@1.0.0');
    const offline = fixture.librariesWith({ npm_config_registry: UNREACHABLE });
    assert.equal((await offline.add({ name: 'thing', wanted: '1.0.0' }, () => undefined)).was_cached, true);
    await assert.rejects(
      offline.add({ name: 'thing', wanted: '2.0.0' }, () => undefined),
      { code: 'LIBRARY_NOT_CACHED', message: /thing@2.0.0 could not be fetched: .*ECONNREFUSED/ },
    );
    assert.equal((await offline.load(['thing@1.0.0'])).length, 1);
  });

  it('hides credentials in what it says', async () => {
    const libraries = fixture.librariesWith({ npm_config_registry: 'http://user:hunter2@127.0.0.1:1/' });
    await assert.rejects(
      libraries.add({ name: 'thing' }, () => undefined),
      (error: Error) => {
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });

  describe('when a template gets a library', () => {
    it('is not asked about a version', async () => {
      const offline = fixture.librariesWith({ npm_config_registry: UNREACHABLE });
      assert.deepEqual(await offline.pin({ name: 'any', wanted: '1.2.3' }), { name: 'any', version: '1.2.3' });
    });

    it('is not asked about a range that a cached version fits', async () => {
      await fixture.add('thing@1.0.0');
      const offline = fixture.librariesWith({ npm_config_registry: UNREACHABLE });
      assert.deepEqual(await offline.pin({ name: 'thing', wanted: '^1' }), { name: 'thing', version: '1.0.0' });
      assert.deepEqual(await offline.pin({ name: 'thing' }), { name: 'thing', version: '1.0.0' });
    });

    it('says which version a range is, and fetches nothing', async () => {
      assert.deepEqual(await fixture.libraries.pin({ name: 'thing', wanted: '^1' }), {
        name: 'thing',
        version: '1.2.0',
      });
      assert.deepEqual(await fixture.libraries.pin({ name: 'thing' }), { name: 'thing', version: '2.0.0' });
      assert.deepEqual(await fixture.cache.list(), []);
      assert.ok(fixture.registry.requests.every(({ url }) => !url.endsWith('.tgz')));
    });

    it('may be out of reach, and then names the command that helps', async () => {
      const offline = fixture.librariesWith({ npm_config_registry: UNREACHABLE });
      await assert.rejects(offline.pin({ name: 'thing', wanted: '^1' }), {
        code: 'LIBRARY_NOT_CACHED',
        message: /run: vm-system libs add 'thing@\^1'/,
      });
    });
  });

  it('says which libraries are not there when a session wants them', async () => {
    await fixture.add('thing@1.0.0');
    await assert.rejects(fixture.libraries.load(['thing@1.0.0', 'other@2.0.0', 'third@3.0.0']), {
      code: 'LIBRARY_NOT_CACHED',
      message:
        'failed to load libraries: not in the cache: other@2.0.0, third@3.0.0; run: vm-system libs add other@2.0.0 third@3.0.0',
    });
  });
});
