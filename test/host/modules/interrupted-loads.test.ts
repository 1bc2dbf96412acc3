import assert from 'node:assert/strict';
import { ModuleSession, valueOf, type Ran } from './module-session.ts';

describe('modules that are interrupted', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({
      'spin.mjs': 'export {}; console.log("in"); for (;;);', 'spin.cjs': 'console.log("in"); for (;;);', 'wait.mjs': 'console.log("in"); await new Promise(() => {})', 'uses.mjs': "import './wait.mjs'; export const v = 1",
      'counter.mjs': 'let n = 0; export const next = () => ++n', 'nest.cjs': "require('./spin.mjs')", 'once.mjs': 'console.log("in"); globalThis.block ? await new Promise(() => {}) : 0; export default "loaded"',
    }); // prettier-ignore
    await session.repl("const { next } = await import('./counter.mjs'); next()");
  });
  after(() => session.close());

  const interrupted = async (running: Promise<Ran>): Promise<Ran> => {
    await session.seen(({ type }) => type === 'console');
    session.runtime.interrupt('s');
    return running;
  };

  it('end as cancelled, wherever they are, and the session keeps its state', async () => {
    let expected = 1;
    for (const code of [
      "await import('./spin.mjs')",
      "require('./spin.cjs')",
      "require('./nest.cjs')",
      "await import('./wait.mjs')",
      "await import('./uses.mjs')",
    ]) {
      const { status, error } = await interrupted(session.repl(code));
      assert.deepEqual([status, error?.code], ['cancelled', 'CANCELLED'], code);
      assert.equal(valueOf(await session.repl('next()')), ++expected, code);
    }
    for (const file of ['spin.mjs', 'wait.mjs', 'spin.cjs']) {
      assert.equal((await interrupted(session.file(file))).status, 'cancelled', file);
      assert.equal(valueOf(await session.repl("(await import('./counter.mjs')).next()")), ++expected, file);
    }
  });

  it('are limited like any other code', async () => {
    for (const file of ['spin.mjs', 'wait.mjs']) {
      assert.equal((await session.file(file, { wall_ms: 200 })).error?.code, 'EXEC_TIMEOUT', file);
    }
    assert.equal((await session.repl("require('./spin.cjs')", { cpu_ms: 100 })).error?.code, 'CPU_LIMIT_EXCEEDED');
  });

  it('are loaded anew by the next execution', async () => {
    assert.equal(
      (await interrupted(session.repl("globalThis.block = true; await import('./once.mjs')"))).status,
      'cancelled',
    );
    assert.equal(
      valueOf(await session.repl("globalThis.block = false; (await import('./once.mjs')).default")),
      'loaded',
    );
  });

  it('leave no wait behind when the interrupt comes while files are fetched', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`many/m${i}.cjs`, `module.exports = ${i}`]),
    );
    await session.write({
      ...files,
      'many/all.cjs':
        "console.log('in'); let n = 0; for (;;) for (let i = 0; i < 300; i++) { delete require.cache[require.resolve('./m' + i + '.cjs')]; n += require('./m' + i + '.cjs') }",
    });
    for (let round = 0; round < 5; round++) {
      const { status, error } = await interrupted(session.repl("require('./many/all.cjs')"));
      assert.equal(status, 'cancelled', error?.message);
      assert.equal(valueOf(await session.repl("require('./many/m7.cjs')")), 7, session.lost);
    }
    assert.equal(session.lost, undefined);
  });

  it('leave the host alive when the interrupt comes before the file has begun', async () => {
    await session.write({ 'typed.ts': 'const x: number = 1; x', 'script.cjs': 'module.exports = 1' });
    for (let round = 0; round < 40; round++) {
      const running = session.file(round % 2 === 0 ? 'typed.ts' : 'script.cjs');
      // From at once to some milliseconds on, as the run begins.
      const at = performance.now() + (round % 20) / 4;
      while (performance.now() < at) await new Promise((resolve) => setImmediate(resolve));
      session.runtime.interrupt('s');
      const { status, error } = await running;
      assert.ok(status === 'ok' || error?.code === 'CANCELLED', error?.message);
    }
    assert.equal(valueOf(await session.file('typed.ts')), 1, session.lost);
  });
});
