import assert from 'node:assert/strict';
import { NpmLibraries } from '../../daemon/libraries/npm-libraries.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

/** The one test that asks the registry that this machine's npm is set up for, as a user would. */
describe('lodash from the registry', () => {
  let fixture: LibrariesFixture;
  beforeEach(async () => {
    fixture = await LibrariesFixture.start();
  });
  afterEach(() => fixture.stop());

  it('is what the name promises', async function () {
    this.timeout(60_000);
    const env = { ...process.env, npm_config_prefer_offline: 'true' };
    const libraries = new NpmLibraries({ cache: fixture.cache, env });
    const lodash = (await fixture.run('lodash', { libraries })) as {
      VERSION: string;
      chunk: (list: number[], size: number) => number[][];
    };
    assert.equal(lodash.VERSION, '4.17.21');
    assert.deepEqual(lodash.chunk([1, 2, 3], 2), [[1, 2], [3]]);
    const [entry] = await fixture.cache.list();
    assert.deepEqual([entry?.global, entry?.packages, entry?.externals], ['_', ['lodash@4.17.21'], []]);
    // As the npm registry has it: a mirror serves the same bytes.
    const integrity = 'sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==';
    assert.equal(entry?.integrity, integrity);
  });
});
