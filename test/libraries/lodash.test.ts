import assert from 'node:assert/strict';
import { NpmLibraries } from '../../daemon/libraries/npm-libraries.ts';
import type { Session } from '../../shared/model/session.ts';
import type { Template } from '../../shared/model/template.ts';
import { areAtRest, childrenOf } from '../runtime/host-processes.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

const SPARES = 2;
const MIN_ROUNDS = 5;
const MAX_ROUNDS = 40;
const MAX_ADDED_MS = 10;
const SPARES_MS = 20_000;

/** The tests that ask the registry that this machine's npm is set up for, as a user would. */
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

  it('adds at most 10 ms to creating a session from the warm pool, after the first', async function () {
    this.timeout(120_000);
    const libraries = new NpmLibraries({
      cache: fixture.cache,
      env: { ...process.env, npm_config_prefer_offline: 'true' },
    });
    await fixture.add('lodash', libraries);
    const test = await TestDaemon.open({ libraryCache: fixture.cache.path, spareHosts: SPARES });
    try {
      const plain = await test.template();
      const having = await test.template();
      await test.api.ok('POST', `templates/${having.id}/libraries`, { name: 'lodash' });
      const create = async (template: Template, expected: string): Promise<number> => {
        await waitUntil(() => childrenOf(process.pid).length === SPARES, 'the spares', SPARES_MS);
        await waitUntil(() => areAtRest(childrenOf(process.pid)), 'the spares to be prepared', SPARES_MS);
        const before = performance.now();
        const session = await test.api.ok<Session>('POST', 'sessions', test.sessionBody(template));
        const duration = performance.now() - before;
        assert.equal((await test.repl(session, 'typeof _.chunk')).result?.preview ?? 'none', expected);
        await test.api.ok('DELETE', `sessions/${session.id}`);
        return duration;
      };
      await create(having, 'function');
      // The fastest of each: whatever else the machine does only ever adds.
      const fastest = { plain: Infinity, lodash: Infinity };
      const added = (): number => fastest.lodash - fastest.plain;
      for (let count = 0; count < MAX_ROUNDS && (count < MIN_ROUNDS || added() > MAX_ADDED_MS); count++) {
        fastest.plain = Math.min(fastest.plain, await create(plain, 'none'));
        fastest.lodash = Math.min(fastest.lodash, await create(having, 'function'));
      }
      assert.ok(added() <= MAX_ADDED_MS, `lodash added ${added().toFixed(1)} ms`);
    } finally {
      await test.close();
    }
  });
});
