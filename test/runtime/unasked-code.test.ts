import assert from 'node:assert/strict';
import { waitUntil } from '../helpers/wait-until.ts';
import { RuntimeFixture } from './runtime-fixture.ts';

const MODULE = 'new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])';
const ENDLESS = ['compile', 'instantiate'].map((how) => `WebAssembly.${how}(${MODULE}).then(() => { for (;;); }); 1`);

describe('code that V8 calls by itself', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  for (const isolation of ['process', 'shared'] as const) {
    it(`costs what is run beside it its time, and no session: ${isolation}`, async () => {
      const limits = { wall_ms: 300, cpu_ms: 300 };
      const neighbour = await fixture.open({ isolation });
      for (const endless of ENDLESS) {
        const session = await fixture.open({ isolation, limits });
        await fixture.run(session, 'let state = 41', limits);
        const ends = new Set<string>();
        // Whichever of these it falls into.
        for (const line of [endless, 'state', 'state //', '(() => state)()', 'state + 1', 'await state', 'state']) {
          ends.add((await fixture.run(session, line, limits)).error?.code ?? 'ok');
          // Meanwhile what the host knows of the session's heap gets old: it looks again.
          assert.equal(await fixture.preview(neighbour, 'await new Promise((go) => setTimeout(go, 60, 2))'), '2');
        }
        assert.ok(ends.has('EXEC_TIMEOUT') || ends.has('CPU_LIMIT_EXCEEDED'), [...ends].join());
        assert.deepEqual(
          [...ends].filter((end) => !['ok', 'EXEC_TIMEOUT', 'CPU_LIMIT_EXCEEDED'].includes(end)),
          [],
        );
        assert.equal(await fixture.preview(session, 'state'), '41');
      }
      assert.deepEqual([...fixture.lost], []);
    }).timeout(60_000);

    it(`is stopped by the limits of the last run when it falls into a look: ${isolation}`, async () => {
      const limits = { wall_ms: 300, cpu_ms: 300 };
      const neighbour = await fixture.open({ isolation });
      for (const endless of [...ENDLESS, ...ENDLESS, ...ENDLESS]) {
        const session = await fixture.open({ isolation, limits });
        await fixture.run(session, 'let state = 41', limits);
        await fixture.run(session, endless, limits);
        await waitUntil(async () => (await fixture.runtime.globals(session)) !== undefined, 'an answer', 10_000);
        assert.equal(await fixture.preview(session, 'state'), '41');
        await fixture.run(session, endless, limits);
        await fixture.runtime.globals(session);
        await fixture.run(session, 'state', limits);
        assert.equal(await fixture.preview(session, 'state'), '41');
        await fixture.runtime.close(session, 'closed');
      }
      assert.equal(await fixture.preview(neighbour, '1 + 1'), '2');
      assert.deepEqual([...fixture.lost], []);
    }).timeout(60_000);
  }
});
