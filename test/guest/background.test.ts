import assert from 'node:assert/strict';
import type { RuntimeEvent } from '../../daemon/runtime/runtime.ts';
import { eventually, lines, RuntimeFixture } from '../runtime/runtime-fixture.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const payloads = (events: readonly RuntimeEvent[], type: string): unknown[] =>
  events.filter((event) => event.type === type).map(({ payload }) => payload);

describe('guest: what goes on between executions', () => {
  const fixture = new RuntimeFixture();
  let opened: string[] = [];
  const open = async (limits?: { mem_mb: number }): Promise<string> => {
    const session = await fixture.open(limits === undefined ? {} : { limits });
    opened.push(session);
    return session;
  };
  afterEach(async () => {
    await Promise.all(opened.map((session) => fixture.runtime.close(session, 'the test is over')));
    opened = [];
  });
  after(() => fixture.dispose());
  const background = (session: string) => fixture.background.filter((one) => one.session === session);

  it('is an execution of its own, from its first event to the last timer', async () => {
    const session = await open();
    const { status, events } = await fixture.run(
      session,
      'let n = 0; const t = setInterval(() => { console.log("tick", ++n); if (n === 3) clearInterval(t) }, 10); "started"',
    );
    assert.equal(status, 'ok');
    assert.deepEqual(lines(events), []);
    const execution = await eventually('the end', () =>
      background(session).find(({ outcome }) => outcome !== undefined),
    );
    assert.deepEqual(lines(execution.events), ['tick 1', 'tick 2', 'tick 3']);
    assert.equal(execution.outcome?.status, 'ok');
    assert.equal(background(session).length, 1);
  });

  it('is silent when nothing is printed', async () => {
    const session = await open();
    await fixture.run(session, 'globalThis.done = false; setTimeout(() => { done = true }, 5)');
    await waitUntil(async () => (await fixture.preview(session, 'done')) === 'true', 'the timer');
    assert.deepEqual(background(session), []);
  });

  it('ends when the next execution begins, which then has what is printed', async () => {
    const session = await open();
    await fixture.run(session, 'setInterval(() => console.log("beat"), 5)');
    await eventually('a beat', () => background(session)[0]?.events.length);
    const source = `await new Promise((done) => {
      let turns = 0;
      const every = setInterval(() => { if (++turns === 4) { clearInterval(every); done() } }, 5);
    })`;
    const { events } = await fixture.run(session, source);
    assert.ok(lines(events).length > 2, 'beats');
    const [first] = background(session);
    assert.equal(first?.outcome?.status, 'ok');
    const { length } = first.events;
    await eventually('the next background', () => background(session).length === 2);
    assert.equal(first.events.length, length);
    await fixture.runtime.close(session, 'the test is over');
    assert.equal(background(session)[1]?.outcome?.error?.message, 'the test is over');
  });

  it('is under the limits of an execution: what loops is stopped, the rest goes on', async () => {
    const session = await open();
    await fixture.run(
      session,
      'setTimeout(() => { for (;;); }, 150); setTimeout(() => console.log("still here"), 151); globalThis.kept = 7',
      { wall_ms: 300, cpu_ms: 300 },
    );
    const execution = await eventually('the end', () =>
      background(session).find(({ outcome }) => outcome !== undefined),
    );
    const [stop] = payloads(execution.events, 'system') as { code: string }[];
    assert.ok(['EXEC_TIMEOUT', 'CPU_LIMIT_EXCEEDED'].includes(stop?.code ?? ''));
    assert.deepEqual(lines(execution.events), ['still here']);
    assert.equal(await fixture.preview(session, 'kept'), '7');
  });

  it('does not repeat a timer whose call was stopped', async () => {
    const session = await open();
    await fixture.run(session, 'globalThis.calls = 0; setInterval(() => { calls++; for (;;); }, 150)', {
      wall_ms: 200,
      cpu_ms: 200,
    });
    await eventually('the stop', () => background(session)[0]?.outcome);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await fixture.preview(session, 'calls'), '1');
  });

  it('ends when it floods', async () => {
    const session = await open();
    await fixture.run(
      session,
      'setInterval(() => { for (let i = 0; i < 10; i++) console.log("flood") }, 0); globalThis.kept = 8',
      { max_events: 100 },
    );
    const execution = await eventually('the end', () =>
      background(session).find(({ outcome }) => outcome !== undefined),
    );
    assert.equal(execution.outcome?.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.equal(execution.events.length, 99);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(background(session).length, 1, 'the timers are gone');
    assert.equal(await fixture.preview(session, 'kept'), '8');
  });

  it('lets executions in, however busy it is', async () => {
    const session = await open();
    await fixture.run(
      session,
      'setInterval(() => { console.log("busy"); const until = Date.now() + 30; while (Date.now() < until); }, 0); 1',
    );
    await eventually('a turn', () => background(session)[0]?.events.length);
    for (let i = 0; i < 5; i++) {
      const started = performance.now();
      assert.equal(await fixture.preview(session, String(i)), String(i));
      assert.ok(performance.now() - started < 3000);
    }
  });

  it('uses at most about half of a processor', async () => {
    const session = await open();
    const started = performance.now();
    await fixture.run(
      session,
      'let turns = 0; setInterval(() => { if (++turns === 20) console.log("20 turns"); const until = Date.now() + 20; while (Date.now() < until); }, 0); 1',
    );
    await eventually('20 turns of 20 ms', () => background(session)[0]?.events.length, 20_000);
    const ms = performance.now() - started;
    assert.ok(ms > 600, `20 turns of 20 ms in ${ms} ms`);
  });

  it('is stopped for good by an interrupt', async () => {
    const session = await open();
    await fixture.run(session, 'globalThis.beats = 0; setInterval(() => { beats++; console.log("beat") }, 5)');
    await eventually('a beat', () => background(session)[0]?.events.length);
    fixture.runtime.interrupt(session);
    const execution = await eventually('the end', () =>
      background(session).find(({ outcome }) => outcome !== undefined),
    );
    assert.equal(execution.outcome?.status, 'cancelled');
    const beats = await fixture.preview(session, 'beats');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await fixture.preview(session, 'beats'), beats);
  });

  it('is stopped in the middle of a call that loops', async () => {
    const session = await open();
    await fixture.run(session, 'console.log("before"); setTimeout(() => { console.log("in"); for (;;); }, 150)', {
      wall_ms: 20_000,
      cpu_ms: 20_000,
    });
    await eventually('the call', () => background(session)[0]?.events.length);
    fixture.runtime.interrupt(session);
    const execution = await eventually(
      'the end',
      () => background(session).find(({ outcome }) => outcome !== undefined),
      2000,
    );
    assert.equal(execution.outcome?.status, 'cancelled');
    assert.equal(await fixture.preview(session, '1 + 1'), '2');
  });

  it('dies with its session, which says why', async () => {
    const session = await open({ mem_mb: 32 });
    await fixture.run(
      session,
      'setTimeout(() => { console.log("bomb"); const all = []; for (;;) all.push(new Array(1000).fill(1.5)) }, 5)',
      { mem_mb: 32, cpu_ms: 20_000, wall_ms: 20_000 },
    );
    await eventually('the end of the session', () => fixture.lost.get(session), 10_000);
    assert.match(fixture.lost.get(session) ?? '', /memory limit of 32 MB exceeded/);
    assert.equal(background(session)[0]?.outcome?.error?.code, 'MEMORY_LIMIT_EXCEEDED');
  });
});
