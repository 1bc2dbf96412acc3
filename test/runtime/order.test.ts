import assert from 'node:assert/strict';
import { RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: the order of what happens in a guest', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  it('hands over the last value before the code that asks for it runs', async () => {
    const session = await fixture.open({ isolation: 'shared' });
    for (let i = 0; i < 100; i++) {
      await fixture.run(session, String(i));
      assert.equal(await fixture.preview(session, '_'), String(i));
    }
  });

  it('lends args and env before the file runs, and takes them back before the next run', async () => {
    const session = await fixture.open({ isolation: 'shared' });
    for (let i = 0; i < 100; i++) {
      const file = { kind: 'run_file' as const, file: '/a.js', args: [i], env: { N: String(i) } };
      const { result } = await fixture.run(session, 'args[0] + env.N', {}, file);
      assert.equal(result?.preview, `${i}${i}`);
      assert.equal(await fixture.preview(session, 'typeof args + typeof env'), 'undefinedundefined');
    }
  });

  it('gives two sessions that open at the same time an isolate each', async () => {
    const other = new RuntimeFixture();
    try {
      const sessions = await Promise.all([1, 2, 3].map(() => other.open({ isolation: 'shared' })));
      for (const [i, session] of sessions.entries()) await other.run(session, `var mine = ${i}`);
      for (const [i, session] of sessions.entries()) assert.equal(await other.preview(session, 'mine'), String(i));
    } finally {
      await other.dispose();
    }
  });
});
