import assert from 'node:assert/strict';
import { childrenOf, isAlive } from './host-processes.ts';
import { eventually, RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: spare hosts', () => {
  let fixture = new RuntimeFixture();
  const hosts = (): number[] => childrenOf(process.pid);

  beforeEach(() => {
    fixture = new RuntimeFixture({ spareHosts: 2 });
  });
  afterEach(() => fixture.dispose());

  it('are there before the first session, taken, and replaced', async () => {
    await eventually('two spares', () => hosts().length === 2);
    const spares = hosts();
    await fixture.open();
    const taken = hosts().filter((pid) => spares.includes(pid));
    assert.equal(taken.length, 2, 'the session lives in a spare');
    await eventually('the refill', () => hosts().length === 3);
  });

  it('serve sessions of any memory limit', async () => {
    await eventually('two spares', () => hosts().length === 2);
    const spares = hosts();
    const session = await fixture.open({ limits: { mem_mb: 32 } });
    assert.equal(await fixture.preview(session, '1'), '1');
    assert.deepEqual(
      hosts().filter((pid) => spares.includes(pid)),
      spares,
    );
    const { error } = await fixture.run(
      session,
      'const a = []; while (true) { a.push(new Array(10_000).fill(1.5)); await 0 }',
    );
    assert.match(error?.message ?? '', /^memory limit of 32 MB exceeded/);
  });

  it('that die are replaced, and nobody notices', async () => {
    await eventually('two spares', () => hosts().length === 2);
    const spares = hosts();
    for (const pid of spares) process.kill(pid, 'SIGKILL');
    const session = await fixture.open();
    assert.equal(await fixture.preview(session, '1'), '1');
    await eventually('fresh spares', () => hosts().filter((pid) => isAlive(pid) && !spares.includes(pid)).length === 3);
    assert.deepEqual([...fixture.lost], []);
  });
});
