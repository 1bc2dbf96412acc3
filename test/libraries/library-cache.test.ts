import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryCacheFolder } from '../../daemon/libraries/cache-directory.ts';
import { LibraryCache } from '../../daemon/libraries/library-cache.ts';

const described = { description: 'd', integrity: 'sha512-x', packages: [], externals: [] };
const text = 'module.exports = 1;';

describe('the library cache', () => {
  let folder: string;
  let cache: LibraryCache;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vm-libraries-'));
    cache = new LibraryCache(join(folder, 'libraries'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = (name: string, version: string, code = text): ReturnType<LibraryCache['put']> =>
    cache.put({ name, version, ...described }, code);
  const contentFile = async (): Promise<string> => {
    const [name] = await readdir(join(cache.path, 'content'));
    return join(cache.path, 'content', name!);
  };

  it('is empty, and no error, before anything was put into it', async () => {
    assert.deepEqual(await cache.list(), []);
    assert.equal(await cache.find({ name: 'a', version: '1.0.0' }), undefined);
    assert.deepEqual(await cache.verify(), { sound: [], broken: [] });
    assert.equal(await cache.remove({ name: 'a', version: '1.0.0' }), false);
    await cache.sweep();
  });

  it('gives back what was put into it, to another process as well', async () => {
    const added = await put('@scope/a', '1.0.0');
    const other = new LibraryCache(cache.path);
    const found = await other.find({ name: '@scope/a', version: '1.0.0' });
    assert.deepEqual(found, added);
    assert.equal(await other.read(found), text);
  });

  it('keeps one copy of what two libraries share', async () => {
    await put('a', '1.0.0');
    await put('b', '1.0.0');
    assert.equal((await readdir(join(cache.path, 'content'))).length, 1);
    assert.equal((await cache.list()).length, 2);
  });

  it('tells names apart that differ in their letters only in size', async () => {
    await put('JSONStream', '1.0.0', 'one');
    await put('jsonstream', '1.0.0', 'two');
    const names = (await readdir(join(cache.path, 'index'))).map((name) => name.toLowerCase());
    assert.equal(new Set(names).size, 2);
    assert.equal(await cache.read((await cache.find({ name: 'JSONStream', version: '1.0.0' }))!), 'one');
  });

  it('lists by name, then by version as versions go', async () => {
    for (const version of ['1.10.0', '1.9.0']) await put('b', version);
    await put('a', '3.0.0');
    const listed = (await cache.list()).map(({ name, version }) => `${name}@${version}`);
    assert.deepEqual(listed, ['a@3.0.0', 'b@1.9.0', 'b@1.10.0']);
    assert.deepEqual(await cache.newest('b', '^1.0.0'), { name: 'b', version: '1.10.0' });
    assert.equal(await cache.newest('b', '^2.0.0'), undefined);
  });

  it('does not take a changed bundle for the library', async () => {
    const entry = await put('a', '1.0.0');
    await writeFile(await contentFile(), 'module.exports = stolen;');
    assert.equal(await cache.read(entry), undefined);
    const { sound, broken } = await cache.verify();
    assert.deepEqual([sound.length, broken.map(({ name }) => name)], [0, ['a']]);
    await put('a', '1.0.0');
    assert.equal(await cache.read(entry), text);
  });

  it('reports a bundle that is gone', async () => {
    await put('a', '1.0.0');
    await rm(await contentFile());
    assert.equal((await cache.verify()).broken.length, 1);
  });

  for (const garbage of ['', '{', '{"format":1}', '{"format":2,"name":"a"}', 'null']) {
    it(`counts an entry that reads ${JSON.stringify(garbage)} as not cached`, async () => {
      await put('a', '1.0.0');
      const [name] = await readdir(join(cache.path, 'index'));
      await writeFile(join(cache.path, 'index', name!), garbage);
      assert.equal(await cache.find({ name: 'a', version: '1.0.0' }), undefined);
      assert.deepEqual(await cache.list(), []);
    });
  }

  it('does not take an entry under the name of another for that other', async () => {
    await put('a', '1.0.0');
    await put('b', '1.0.0', 'other');
    const index = join(cache.path, 'index');
    await writeFile(join(index, 'a%401.0.0.json'), await readFile(join(index, 'b%401.0.0.json')));
    assert.equal(await cache.find({ name: 'a', version: '1.0.0' }), undefined);
  });

  it('removes an entry at once, and its bundle when nobody can be about to use it', async () => {
    await put('a', '1.0.0');
    assert.equal(await cache.remove({ name: 'a', version: '1.0.0' }), true);
    assert.deepEqual(await cache.list(), []);
    await cache.sweep();
    assert.equal((await readdir(join(cache.path, 'content'))).length, 1, 'somebody may be adding it this moment');
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(await contentFile(), longAgo, longAgo);
    await cache.sweep();
    assert.deepEqual(await readdir(join(cache.path, 'content')), []);
  });

  it('sweeps what a killed process left, and nothing that is in use', async () => {
    await put('a', '1.0.0');
    const left = await cache.temporaryFolder();
    const fresh = await cache.temporaryFolder();
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await writeFile(join(left, 'file'), 'x');
    for (const path of [left, await contentFile()]) await utimes(path, longAgo, longAgo);
    await cache.sweep();
    assert.deepEqual(await readdir(join(cache.path, 'tmp')), [fresh.split('/').at(-1)]);
    assert.equal((await cache.verify()).sound.length, 1);
  });

  it('is for its user alone', async () => {
    await put('a', '1.0.0');
    const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    assert.equal(await modeOf(cache.path), '700');
    for (const name of ['content', 'index', 'tmp']) assert.equal(await modeOf(join(cache.path, name)), '700');
    assert.equal(await modeOf(await contentFile()), '600');
  });

  it('lies in the cache folder of the user, or where VM_SYSTEM_CACHE_DIR says', () => {
    assert.equal(libraryCacheFolder({ VM_SYSTEM_CACHE_DIR: '/somewhere' }), join('/somewhere', 'libraries'));
    assert.match(libraryCacheFolder({}), /vm-system.*libraries$/);
  });
});
