import assert from 'node:assert/strict';
import { childrenOf } from './host-processes.ts';
import { eventually, RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: shared hosts', () => {
  let fixture = new RuntimeFixture();
  const endless = { wall_ms: 60_000, cpu_ms: 60_000 };
  const bomb =
    'const m = new WebAssembly.Memory({ initial: 1 }); while (true) { m.grow(100); new Uint8Array(m.buffer).fill(1) }';
  const openMany = (count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => fixture.open({ isolation: 'shared', limits: { mem_mb: 64 } })));

  beforeEach(() => {
    fixture = new RuntimeFixture();
  });
  afterEach(() => fixture.dispose());

  it('hold many sessions in one process, each with its own state', async () => {
    const sessions = await openMany(20);
    assert.equal(childrenOf(process.pid).length, 1);
    await Promise.all(sessions.map((id, i) => fixture.run(id, `let mine = ${i}`)));
    const seen = await Promise.all(sessions.map((id) => fixture.preview(id, 'mine')));
    assert.deepEqual(
      seen,
      sessions.map((_id, i) => String(i)),
    );
  });

  it('run their sessions beside each other', async () => {
    const sessions = await openMany(4);
    const [idle = '', ...busy] = sessions;
    const runs = busy.map((id) => fixture.start(id, 'for (;;) {}', endless).ended);
    assert.equal(await fixture.preview(idle, '1 + 1'), '2');
    for (const id of busy) fixture.runtime.interrupt(id);
    for (const { status } of await Promise.all(runs)) assert.equal(status, 'cancelled');
  });

  it('lose one isolate that hits its limit, and keep the others', async () => {
    const [first = '', second = ''] = await openMany(2);
    await fixture.run(second, 'var kept = 1');
    const source = 'let s = "x"; const k = []; while (true) { s += s.slice(0, 1000) + Math.random(); k.push(s + "y") }';
    const { id, error } = await fixture.run(first, source, endless);
    assert.equal(error?.message, `memory limit of 64 MB exceeded in execution ${id}`);
    assert.equal(await fixture.preview(second, 'kept'), '1');
    assert.deepEqual(fixture.runtime.activeSessionIds(), [second]);
  });

  it('that die of one session take the others with them, and say so honestly', async () => {
    const [culprit = '', idle = ''] = await openMany(2);
    const { id, error } = await fixture.run(culprit, bomb, endless);
    assert.equal(error?.message, `memory limit of 64 MB exceeded in execution ${id}`);
    const blame = `the runtime host was shared with session ${culprit}, which exceeded its memory limit of 64 MB`;
    await eventually('the loss', () => fixture.lost.get(idle));
    assert.equal(fixture.lost.get(idle), blame);
    const fresh = await fixture.open({ isolation: 'shared' });
    assert.equal(await fixture.preview(fresh, '1 + 1'), '2', 'the next session gets a host');
  });

  it('that die of an abort accuse who ran', async () => {
    const [culprit = '', idle = ''] = await openMany(2);
    const { id } = await fixture.run(culprit, 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })', endless);
    await eventually('the loss', () => fixture.lost.get(idle));
    assert.equal(fixture.lost.get(culprit), `memory limit of 64 MB exceeded in execution ${id}`);
    assert.match(fixture.lost.get(idle) ?? '', new RegExp(`shared with session ${culprit}`));
  });

  it('that hold what cannot be interrupted are ended, and say whose fault it was', async () => {
    const [culprit = '', idle = ''] = await openMany(2);
    const limits = { wall_ms: 200, cpu_ms: 60_000 };
    const { id, status } = await fixture.run(culprit, '(3n ** 3_000_000n) ** 40n', limits);
    assert.equal(status, 'timeout');
    assert.match(fixture.lost.get(culprit) ?? '', new RegExp(`^what ran in execution ${id} could not be stopped`));
    const blame = `the runtime host was shared with session ${culprit}, whose execution could not be stopped in time`;
    assert.equal(fixture.lost.get(idle), blame);
  });

  it('are left by sessions that close, and ended with the last', async () => {
    const sessions = await openMany(3);
    await fixture.runtime.close(sessions[0] ?? '', 'closed');
    assert.equal(await fixture.preview(sessions[1] ?? '', '1'), '1');
    await Promise.all(sessions.map((id) => fixture.runtime.close(id, 'closed')));
    await eventually('the end of the host', () => childrenOf(process.pid).length === 0);
    assert.deepEqual([...fixture.lost], []);
  });

  it('outlive sessions that say something until they are closed, and whatever these left behind has ended', async () => {
    const neighbour = await fixture.open({ isolation: 'shared' });
    await fixture.run(neighbour, 'var kept = 1');
    const talking = 'for (let i = 0; i < 50; i++) setInterval(() => console.log(i), 1 + i / 10)';
    for (const line of [talking, `${talking}; await new Promise(() => {})`]) {
      for (let round = 0; round < 10; round++) {
        const session = await fixture.open({ isolation: 'shared' });
        const { ended } = fixture.start(session, line);
        if (line === talking)
          await eventually('a word', () => fixture.background.some((one) => one.session === session));
        // Whatever it is about to say by then.
        await new Promise((resolve) => setTimeout(resolve, round));
        await fixture.runtime.close(session, 'closed');
        await ended;
      }
    }
    assert.deepEqual([...fixture.lost], []);
    assert.equal(await fixture.preview(neighbour, 'kept'), '1');
    const open = fixture.background.filter(({ outcome }) => outcome === undefined);
    assert.deepEqual(open, []);
  });

  it('keep strict and sloppy sessions apart', async () => {
    const strict = await fixture.open({ isolation: 'shared' });
    const sloppy = await fixture.open({ isolation: 'shared', strict: false });
    assert.equal(childrenOf(process.pid).length, 2);
    assert.equal(await fixture.preview(strict, '(function () { return this })()'), 'undefined');
    assert.equal(await fixture.preview(sloppy, '(function () { return this === globalThis })()'), 'true');
  });
});
