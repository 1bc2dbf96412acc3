import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestPackage } from '../helpers/test-registry.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

function commonJs(name: string, version: string, code: string, manifest: Record<string, unknown> = {}): TestPackage {
  return { name, version, files: { 'index.js': code }, manifest };
}

describe('a library made one file', () => {
  let fixture: LibrariesFixture;
  beforeEach(async () => {
    fixture = await LibrariesFixture.start();
  });
  afterEach(() => fixture.stop());

  const publish = (...packages: TestPackage[]): void => {
    packages.forEach((each) => {
      fixture.registry.publish(each);
    });
  };

  it('holds what it depends on, in versions that exclude each other if need be', async () => {
    publish(
      commonJs('top', '1.0.0', `module.exports = [require('left'), require('right'), require('leaf')]`, {
        dependencies: { left: '^1.0.0', right: '^1.0.0', leaf: '1.x' },
      }),
      commonJs('left', '1.5.0', `module.exports = 'left ' + require('leaf')`, { dependencies: { leaf: '^1.0.0' } }),
      commonJs('right', '1.0.0', `module.exports = 'right ' + require('leaf')`, { dependencies: { leaf: '^2.0.0' } }),
      commonJs('leaf', '1.0.0', `module.exports = 'leaf 1'`),
      commonJs('leaf', '2.0.0', `module.exports = 'leaf 2'`),
    );
    assert.deepEqual(await fixture.run('top'), ['left leaf 1', 'right leaf 2', 'leaf 1']);
    const [{ packages } = { packages: [] }] = await fixture.cache.list();
    assert.deepEqual(packages, ['leaf@1.0.0', 'leaf@2.0.0', 'left@1.5.0', 'right@1.0.0', 'top@1.0.0']);
  });

  it('may depend on itself in a circle', async () => {
    publish(
      commonJs('a', '1.0.0', `exports.name = 'a'; exports.b = require('b').name`, { dependencies: { b: '1' } }),
      commonJs('b', '1.0.0', `exports.name = 'b'; exports.a = require('a').name`, { dependencies: { a: '1' } }),
    );
    assert.deepEqual(await fixture.run('a'), { name: 'a', b: 'b' });
  });

  it('follows aliases, and takes the peers that are not optional', async () => {
    publish(
      commonJs('top', '1.0.0', `module.exports = [require('renamed'), require('peer')]`, {
        dependencies: { renamed: 'npm:@scope/real@^1.0.0' },
        peerDependencies: { peer: '>=2', absent: '*' },
        peerDependenciesMeta: { absent: { optional: true } },
      }),
      commonJs('@scope/real', '1.0.0', `module.exports = 'real'`),
      commonJs('peer', '3.0.0', `module.exports = 'peer'`),
    );
    assert.deepEqual(await fixture.run('top'), ['real', 'peer']);
  });

  it('may be for import alone', async () => {
    publish({
      name: 'modern',
      version: '1.0.0',
      files: { 'lib.js': `export default 'the default'; export const named = 'a name';` },
      manifest: { type: 'module', exports: { import: './lib.js' } },
    });
    const { default: value, named } = (await fixture.run('modern')) as Record<string, unknown>;
    assert.deepEqual([value, named], ['the default', 'a name']);
  });

  it('is what require gives, when a package has both', async () => {
    publish({
      name: 'dual',
      version: '1.0.0',
      files: { 'lib.cjs': `module.exports = () => 'called'`, 'lib.mjs': `export const called = 'no'` },
      manifest: { exports: { import: './lib.mjs', require: './lib.cjs' } },
    });
    assert.equal(((await fixture.run('dual')) as () => string)(), 'called');
  });

  it('is built for production, with the parts for browsers', async () => {
    publish({
      name: 'env',
      version: '1.0.0',
      files: {
        'index.js': `module.exports = [process.env.NODE_ENV, require('./platform.js')]`,
        'platform.js': `module.exports = require('fs')`,
        'browser.js': `module.exports = 'browser'`,
      },
      manifest: { browser: { './platform.js': './browser.js' } },
    });
    assert.deepEqual(await fixture.run('env'), ['production', 'browser']);
  });

  it("asks the session for what is not a package: Node's modules, what is not declared, optional dependencies", async () => {
    const attempt = (name: string): string => `try { got.push(require('${name}')) } catch { got.push('no ${name}') }`;
    const names = ['fs', 'node:os', 'undeclared', 'native'];
    publish(
      commonJs('asks', '1.0.0', `const got = []; ${names.map(attempt).join(';')}; module.exports = got`, {
        dependencies: { native: '^1.0.0' },
        optionalDependencies: { native: '^1.0.0' },
      }),
      commonJs('undeclared', '1.0.0', ''),
      commonJs('native', '1.0.0', ''),
    );
    // Whatever is installed above the cache's folder is none of its business.
    await mkdir(join(fixture.folder, 'node_modules/undeclared'), { recursive: true });
    await writeFile(join(fixture.folder, 'node_modules/undeclared/index.js'), `module.exports = 'from outside'`);
    const require = (name: string): string => {
      if (name === 'fs') return 'the fs of the session';
      throw new Error(name);
    };
    const got = await fixture.run('asks', { require });
    assert.deepEqual(got, ['the fs of the session', 'no node:os', 'no undeclared', 'no native']);
    const [entry] = await fixture.cache.list();
    assert.deepEqual(entry?.externals, ['fs', 'native', 'node:os', 'undeclared']);
  });

  it('runs no script of any package', async () => {
    const canary = join(fixture.folder, 'canary');
    const scripts = Object.fromEntries(
      ['preinstall', 'install', 'postinstall', 'prepare', 'prepack'].map((name) => [name, `touch ${canary}`]),
    );
    const writes = `require('fs').writeFileSync(${JSON.stringify(canary)}, '')`;
    publish(
      commonJs('script', '1.0.0', `${writes}; module.exports = require('below')`, {
        scripts,
        dependencies: { below: '1' },
      }),
      commonJs('below', '1.0.0', `${writes}; module.exports = 1`, { scripts }),
    );
    const { name, version } = await fixture.add('script');
    await fixture.libraries.load([`${name}@${version}`]);
    assert.equal(existsSync(canary), false);
  });

  for (const spec of [
    'git+https://127.0.0.1/x.git',
    'http://127.0.0.1:1/x.tgz',
    'file:../x',
    'user/repo',
    'npm:../x',
  ]) {
    it(`refuses a dependency on ${spec}, which is not in the registry`, async () => {
      publish(commonJs('sly', '1.0.0', `module.exports = require('x')`, { dependencies: { x: spec } }));
      await assert.rejects(fixture.add('sly'), { code: 'LIBRARY_NOT_CACHED', message: /sly@1.0.0 depends on x from/ });
      assert.deepEqual(await fixture.cache.list(), []);
    });
  }

  it('keeps a package from writing outside its folder', async () => {
    publish({
      name: 'climber',
      version: '1.0.0',
      files: { 'index.js': 'module.exports = 1', '../../../../canary-1': '', '../canary-2': '' },
    });
    await fixture.add('climber').catch(() => undefined);
    const everything = await readdir(fixture.folder, { recursive: true });
    assert.deepEqual(
      everything.filter((path) => path.includes('canary')),
      [],
    );
  });

  it('is refused when every session would have to be sent too much', async () => {
    publish(
      commonJs('huge', '1.0.0', `module.exports = ${JSON.stringify(randomBytes(13 * 1024 * 1024).toString('base64'))}`),
    );
    await assert.rejects(fixture.add('huge'), { code: 'LIBRARY_NOT_CACHED', message: /larger than 16 MiB/ });
    assert.deepEqual(await fixture.cache.list(), []);
  });

  it('says what is wrong with a package that cannot be bundled', async () => {
    publish(commonJs('broken', '1.0.0', 'module.exports = {'));
    publish({ name: 'empty', version: '1.0.0', files: { 'README.md': '' } });
    await assert.rejects(fixture.add('broken'), { code: 'LIBRARY_NOT_CACHED', message: /broken@1.0.0 cannot be made/ });
    await assert.rejects(fixture.add('empty'), { code: 'LIBRARY_NOT_CACHED', message: /empty@1.0.0 cannot be made/ });
    assert.deepEqual(await fixture.cache.list(), []);
  });

  it('is the same text wherever it is made', async () => {
    publish(
      commonJs('top', '1.0.0', `module.exports = require('leaf')`, { dependencies: { leaf: '1' } }),
      commonJs('leaf', '1.0.0', `module.exports = __filename_free = 1`),
    );
    const first = await fixture.add('top');
    const other = await LibrariesFixture.start();
    try {
      const libraries = other.librariesWith({ npm_config_registry: fixture.registry.url });
      const second = await libraries.add({ name: 'top' }, () => undefined);
      assert.equal(second.sha512, first.sha512);
    } finally {
      await other.stop();
    }
  });

  it('tells how far it has come', async () => {
    publish(
      commonJs('top', '1.0.0', `module.exports = require('leaf')`, { dependencies: { leaf: '1' } }),
      commonJs('leaf', '1.0.0', `module.exports = 1`),
    );
    await fixture.add('top@1.0.0');
    assert.deepEqual(
      fixture.progress.map((each) => (each.step === 'fetch' ? `${each.done}/${each.total}` : each.step)),
      ['resolve', '0/2', '1/2', '2/2', 'bundle'],
    );
  });
});
