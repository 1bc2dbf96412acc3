import assert from 'node:assert/strict';
import { RuntimeFixture } from './runtime-fixture.ts';

/** Programs that want all the memory there is, each from another of V8's pots. */
const BOMBS: Record<string, string> = {
  'arrays in the heap': 'const a = []; while (true) a.push(new Array(1000).fill(1.5))',
  'arrays, defended by catch': 'const a = []; while (true) try { while (true) a.push(new Array(1000).fill(1.5)) } catch {}',
  'one huge array': 'Array(2 ** 32 - 2).fill(0)',
  'one huge JSON text': 'JSON.stringify(Array(1e8).fill(0))',
  'strings': 'let s = "x"; const k = []; while (true) { s += s.slice(0, 1000) + Math.random(); k.push(s + "y") }',
  'one huge string': '"x".repeat(2 ** 29 - 24)',
  'a map': 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })',
  'WebAssembly memory': 'const m = new WebAssembly.Memory({ initial: 1 }); while (true) { m.grow(100); new Uint8Array(m.buffer).fill(1) }',
  'resizable buffers': 'const b = []; while (true) b.push(new Uint8Array(new ArrayBuffer(1 << 20, { maxByteLength: 1 << 24 })).fill(1))',
  'awaits between': 'const a = []; while (true) { a.push(new Array(10_000).fill(1.5)); await 0 }',
}; // prettier-ignore

/** Pots that refuse politely: the guest gets a RangeError and lives on. */
const REFUSED: Record<string, string> = {
  'array buffers': 'const b = []; while (true) b.push(new Uint8Array(1 << 20).fill(1))',
  'shared array buffers': 'const s = []; while (true) s.push(new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(1))',
  'a string that is too long': 'let t = "x".repeat(1000); while (true) t += t',
};

/** Programs that keep just within their limit, and need room to collect garbage. */
const MODEST: Record<string, string> = {
  objects: 'const live = []; for (let i = 0; i < 6e5; i++) live.push({ a: i, b: i }); for (let i = 0; i < 1e6; i++) live[i % 6e5] = { a: i, b: [i] }; live.length',
  json: 'const source = Array.from({ length: 1e5 }, (_, id) => ({ id, name: "n" + id, tags: ["a", "b"] })); let n = 0; for (let i = 0; i < 3; i++) n += JSON.parse(JSON.stringify(source)).length; n',
  buffers: 'const kept = []; for (let i = 0; i < 4000; i++) kept[i % 1500] = new Uint8Array(65_536).fill(1); kept.length',
}; // prettier-ignore

describe('runtime: memory limit', () => {
  const fixture = new RuntimeFixture();
  const long = { wall_ms: 30_000, cpu_ms: 30_000 };
  let neighbours: string[] = [];

  before(async () => {
    neighbours = await Promise.all([fixture.open(), fixture.open()]);
    await Promise.all(neighbours.map((id) => fixture.run(id, 'var kept = "here"')));
  });
  after(() => fixture.dispose());

  for (const [what, source] of Object.entries(BOMBS)) {
    it(`ends ${what}, says so, and spares the neighbours`, async function () {
      this.timeout(60_000);
      const session = await fixture.open({ limits: { mem_mb: 64 } });
      const { id, status, error } = await fixture.run(session, source, long);
      const reason = `memory limit of 64 MB exceeded in execution ${id}`;
      assert.equal(status, 'error');
      assert.deepEqual([error?.code, error?.message], ['MEMORY_LIMIT_EXCEEDED', reason]);
      assert.equal(fixture.lost.get(session), reason);
      assert.equal(fixture.runtime.activeSessionIds().includes(session), false);
      for (const neighbour of neighbours) assert.equal(await fixture.preview(neighbour, 'kept'), 'here');
    });
  }

  for (const [what, source] of Object.entries(REFUSED)) {
    it(`lets the guest live when it is refused ${what}`, async () => {
      const session = await fixture.open({ limits: { mem_mb: 64 } });
      const { status, error } = await fixture.run(session, source, long);
      assert.equal(status, 'error');
      assert.equal(error?.name, 'RangeError');
      assert.equal(await fixture.preview(session, '1 + 1'), '2');
      await fixture.runtime.close(session, 'the test is over');
    });
  }

  for (const [what, source] of Object.entries(MODEST)) {
    it(`leaves those alone who use what they may: ${what}`, async function () {
      this.timeout(60_000);
      const session = await fixture.open({ limits: { mem_mb: 128 } });
      const { status, error } = await fixture.run(session, source, long);
      assert.equal(status, 'ok', error?.message);
      await fixture.runtime.close(session, 'the test is over');
    });
  }
});
