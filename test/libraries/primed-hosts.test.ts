import assert from 'node:assert/strict';
import type { Session } from '../../shared/model/session.ts';
import type { SettingsPatch } from '../../shared/model/settings.ts';
import { childrenOf } from '../runtime/host-processes.ts';
import { eventually } from '../runtime/runtime-fixture.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

const SPARES = 2;
/** Libraries that can be told apart, and one that changes what everybody uses. */
const code: Record<string, string> = {
  counter: `let count = 0; exports.next = () => ++count; exports.made = Math.random()`,
  other: `exports.name = 'other'`,
  polyfill: `Array.prototype.leaked = true; JSON.parse = () => 'patched'; module.exports = 1`,
};

describe('spare hosts that have libraries in them', function () {
  this.timeout(60_000);
  let fixture: LibrariesFixture;
  let test: TestDaemon;
  beforeEach(async () => {
    fixture = await LibrariesFixture.start(
      Object.entries(code).flatMap(([name, text]) =>
        ['1.0.0', '2.0.0'].map((version) => ({
          ...{ name, version },
          files: { 'index.js': `${text}; exports.version = '${version}'` },
        })),
      ),
    );
    for (const name of Object.keys(code))
      for (const version of ['1.0.0', '2.0.0']) await fixture.add(`${name}@${version}`);
    test = await TestDaemon.open({ libraryCache: fixture.cache.path, spareHosts: SPARES });
  });
  afterEach(async () => {
    await test.close();
    await fixture.stop();
  });

  const template = async (libraries: readonly string[], patch?: SettingsPatch): Promise<{ id: string }> => {
    const made = await test.template(patch);
    for (const name of libraries) await test.api.ok('POST', `templates/${made.id}/libraries`, { name });
    return made;
  };
  const open = (of: { id: string }): Promise<Session> => test.api.ok('POST', 'sessions', test.sessionBody(of));
  const preview = async (session: Session, input: string): Promise<string> => {
    const { result, error } = await test.repl(session, input);
    return result?.preview ?? error?.message ?? '';
  };
  let sessions = 0;
  beforeEach(() => {
    sessions = 0;
  });
  /** Opens a session when the spares are there again. */
  const openLater = async (of: { id: string }): Promise<Session> => {
    await eventually('the spares', () => childrenOf(process.pid).length >= sessions + SPARES);
    sessions++;
    return open(of);
  };

  it('give every session its own', async () => {
    const counting = await template(['counter@1.0.0']);
    const made = new Set<string>();
    for (let count = 1; count <= 4; count++) {
      const session = await openLater(counting);
      assert.equal(await preview(session, 'counter.next() + counter.next()'), '3');
      made.add(await preview(session, 'counter.made'));
    }
    assert.equal(made.size, 4);
  });

  it('give nothing of it to a session without libraries', async () => {
    const patching = await template(['polyfill@1.0.0']);
    const plain = await template([]);
    for (let count = 1; count <= 3; count++) {
      assert.equal(await preview(await openLater(patching), '[JSON.parse("1"), [].leaked].join()'), 'patched,true');
      const session = await openLater(plain);
      assert.equal(await preview(session, '[typeof polyfill, JSON.parse("1"), [].leaked].join()'), 'undefined,1,');
    }
  });

  it('give a session the version, the libraries and the limits of its own template', async () => {
    const one = await template(['counter@1.0.0']);
    const two = await template(['counter@2.0.0']);
    const both = await template(['counter@1.0.0', 'other@1.0.0']);
    const small = await template(['counter@1.0.0'], {
      limits: { mem_mb: 32 },
      runtime: { console: false, strict: false },
    });
    const look = '[counter.version, typeof other, typeof console, (function () { return typeof this })()].join()';
    for (let count = 1; count <= 2; count++) {
      assert.equal(await preview(await openLater(one), look), '1.0.0,undefined,object,undefined');
      assert.equal(await preview(await openLater(two), look), '2.0.0,undefined,object,undefined');
      assert.equal(await preview(await openLater(both), look), '1.0.0,object,object,undefined');
      const session = await openLater(small);
      assert.equal(await preview(session, look), '1.0.0,undefined,undefined,object');
      if (count === 1) continue;
      const bomb = 'const a = []; while (true) { a.push(new Array(10_000).fill(1.5)); await 0 }';
      assert.match(await preview(session, bomb), /memory limit of 32 MB exceeded/);
    }
  });

  it('follow a library that was removed from the cache', async () => {
    const counting = await template(['counter@1.0.0']);
    for (let count = 1; count <= 2; count++) await openLater(counting);
    await fixture.cache.remove({ name: 'counter', version: '1.0.0' });
    await test.api.refused('LIBRARY_NOT_CACHED', 'POST', 'sessions', test.sessionBody(counting));
  });
});
