import assert from 'node:assert/strict';
import { waitUntil } from '../helpers/wait-until.ts';
import { RuntimeFixture } from './runtime-fixture.ts';

const MODULE = 'new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])';
const ENDLESS = ['compile', 'instantiate'].map((how) => `WebAssembly.${how}(${MODULE}).then(() => { for (;;); }); 1`);
const LIMITS = { wall_ms: 300, cpu_ms: 300 };

describe('promises of WebAssembly', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  it('are settled, whether or not anything else is done', async () => {
    const session = await fixture.open();
    for (let round = 0; round < 10; round++) {
      assert.equal(await fixture.preview(session, `(await WebAssembly.compile(${MODULE})).constructor.name`), 'Module');
      const both = `Object.keys(await WebAssembly.instantiate(${MODULE})).join()`;
      assert.equal(await fixture.preview(session, both), 'module,instance');
      const { error } = await fixture.run(session, 'await WebAssembly.compile(new Uint8Array(3))');
      assert.match(error?.message ?? '', /^CompileError: WebAssembly\.compile\(\): expected 4 bytes/);
    }
    const made = `await WebAssembly.instantiate(new WebAssembly.Module(${MODULE}), {})`;
    assert.equal(await fixture.preview(session, `(${made}).constructor.name`), 'Instance');
    assert.equal((await fixture.run(session, 'await WebAssembly.instantiate()')).error?.name, 'TypeError');
    const shown = 'Object.entries(Object.getOwnPropertyDescriptors(WebAssembly)).map(([, { value }]) => value)';
    const names = `${shown}.filter((f) => /^(compile|instantiate)$/.test(f?.name)).map((f) => f.name + " " + f.length)`;
    assert.equal(await fixture.preview(session, `${names}.join()`), 'compile 1,instantiate 1');
  });

  it('go on between runs, and nobody handles what they are rejected with: that is an event', async () => {
    const session = await fixture.open();
    const told = (text: string): boolean =>
      fixture.background.some((one) => one.session === session && JSON.stringify(one.events).includes(text));
    await fixture.run(session, `WebAssembly.compile(${MODULE}).then(() => console.log('compiled')); 0`);
    await waitUntil(() => told('compiled'), 'the module');
    await fixture.run(session, 'setTimeout(() => { WebAssembly.compile(new Uint8Array(3)) }); 0');
    await waitUntil(() => told('CompileError'), 'the rejection');
  });

  for (const isolation of ['process', 'shared'] as const) {
    it(`may have loops behind them, which are stopped and cost no session: ${isolation}`, async () => {
      const neighbour = await fixture.open({ isolation });
      for (const endless of ENDLESS) {
        const session = await fixture.open({ isolation, limits: LIMITS });
        await fixture.run(session, 'let state = 41', LIMITS);
        const ends = new Set<string>();
        // Whichever of these it falls into.
        for (const line of [endless, 'state', 'state //', '(() => state)()', 'state + 1', 'await state', 'state']) {
          ends.add((await fixture.run(session, line, LIMITS)).error?.code ?? 'ok');
          // Meanwhile what the host knows of the session's heap gets old: it looks again.
          assert.equal(await fixture.preview(neighbour, 'await new Promise((go) => setTimeout(go, 60, 2))'), '2');
        }
        assert.deepEqual(
          [...ends].filter((end) => !['ok', 'EXEC_TIMEOUT', 'CPU_LIMIT_EXCEEDED'].includes(end)),
          [],
        );
        await waitUntil(() => !fixture.runtime.goesOn(session), 'the end of the loop', 10_000);
        const between = fixture.background.filter((one) => one.session === session);
        const stopped = JSON.stringify([...ends, between]);
        assert.match(stopped, /EXEC_TIMEOUT|CPU_LIMIT_EXCEEDED/);
        assert.equal(await fixture.preview(session, 'state'), '41');
      }
      assert.deepEqual([...fixture.lost], []);
    }).timeout(60_000);

    it(`may have loops behind them while somebody looks: ${isolation}`, async () => {
      const neighbour = await fixture.open({ isolation });
      for (const endless of [...ENDLESS, ...ENDLESS, ...ENDLESS]) {
        const session = await fixture.open({ isolation, limits: LIMITS });
        await fixture.run(session, 'let state = 41', LIMITS);
        await fixture.run(session, endless, LIMITS);
        await waitUntil(async () => (await fixture.runtime.globals(session)) !== undefined, 'an answer', 10_000);
        await fixture.run(session, endless, LIMITS);
        await fixture.runtime.globals(session);
        await fixture.run(session, 'state', LIMITS);
        await waitUntil(() => !fixture.runtime.goesOn(session), 'the end of the loop', 10_000);
        assert.equal(await fixture.preview(session, 'state'), '41');
        await fixture.runtime.close(session, 'closed');
      }
      assert.equal(await fixture.preview(neighbour, '1 + 1'), '2');
      assert.deepEqual([...fixture.lost], []);
    }).timeout(60_000);
  }
});
