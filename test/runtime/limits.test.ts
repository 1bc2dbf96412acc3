import assert from 'node:assert/strict';
import { lines, RuntimeFixture } from './runtime-fixture.ts';

/** Code that would go on for ever, each in its own way. */
const ENDLESS: Record<string, string> = {
  'a loop': 'for (;;) {}',
  'a loop in a finally': 'for (;;) { try { for (;;) {} } finally { for (;;) {} } }',
  'an await that never settles': 'await new Promise(() => {})',
  'a flood of microtasks': '(async () => { for (;;) await 0 })(); 1',
  'microtasks behind an await':
    'const again = () => Promise.resolve().then(again); again(); await new Promise(() => {})',
  'a catastrophic regular expression': '/^(a+)+$/.test("a".repeat(40) + "b")',
  'a blocking wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)',
  'a toJSON that loops': '({ toJSON() { for (;;) {} } })',
  'an inspection that loops while the value is shown':
    '[{ [Symbol.for("nodejs.util.inspect.custom")]() { for (;;) {} } }]',
  'lines without end': 'for (let i = 0; ; i++) console.log(i)',
};

describe('runtime: limits of a run', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  const wide = { max_events: 10_000_000, max_output_kb: 1_000_000, cpu_ms: 60_000, wall_ms: 60_000 };

  before(async () => {
    session = await fixture.open();
    await fixture.run(session, 'var state = 41');
  });
  afterEach(async () => {
    assert.equal(await fixture.preview(session, 'state + 1'), '42', 'the state is kept');
    assert.deepEqual([...fixture.lost], []);
  });
  after(() => fixture.dispose());

  for (const [what, source] of Object.entries(ENDLESS)) {
    it(`wall_ms ends ${what}`, async () => {
      const { status, error, metrics } = await fixture.run(session, source, { ...wide, wall_ms: 100 });
      assert.equal(status, 'timeout');
      assert.equal(error?.code, 'EXEC_TIMEOUT');
      assert.match(error.message, /wall_ms allows \(100 ms\)/);
      assert.ok((metrics.wall_ms ?? 0) >= 100);
    });

    it(`an interrupt ends ${what}`, async () => {
      const { ended } = fixture.start(session, source, wide);
      setTimeout(() => { fixture.runtime.interrupt(session); }, 30); // prettier-ignore
      const { status, error } = await ended;
      assert.equal(status, 'cancelled');
      assert.equal(error?.code, 'CANCELLED');
    });
  }

  it('an interrupt that comes with the run ends it', async () => {
    for (let i = 0; i < 50; i++) {
      const { ended } = fixture.start(session, 'for (;;) {}', wide);
      fixture.runtime.interrupt(session);
      assert.equal((await ended).status, 'cancelled');
    }
  });

  it('an interrupt without a run does nothing', async () => {
    fixture.runtime.interrupt(session);
    assert.equal((await fixture.run(session, '1')).status, 'ok');
  });

  it('cpu_ms ends what computes', async () => {
    const { status, error, metrics } = await fixture.run(session, 'for (;;) {}', { ...wide, cpu_ms: 100 });
    assert.equal(status, 'timeout');
    assert.equal(error?.code, 'CPU_LIMIT_EXCEEDED');
    assert.ok((metrics.cpu_ms ?? 0) >= 100 && (metrics.cpu_ms ?? 0) < 400, `${metrics.cpu_ms ?? 0} ms`);
  });

  it('cpu_ms does not count waiting', async () => {
    const source = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 300)';
    assert.equal((await fixture.run(session, source, { ...wide, cpu_ms: 100 })).status, 'ok');
  });

  it('max_events counts the echo of the input, which is not ours, and the value', async () => {
    const logs = (count: number): string => `for (let i = 0; i < ${count}; i++) console.log(i)`;
    const exact = await fixture.run(session, logs(8), { max_events: 10 });
    assert.equal(exact.status, 'ok');
    assert.equal(exact.events.length, 9);
    const over = await fixture.run(session, logs(9), { max_events: 10 });
    assert.equal(over.status, 'error');
    assert.equal(over.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.match(over.error.message, /max_events allows \(10\)/);
    assert.deepEqual(lines(over.events), ['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    assert.equal(over.metrics.event_count, 9);
    const none = await fixture.run(session, '1', { max_events: 1 });
    assert.equal(none.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.deepEqual(none.events, []);
  });

  it('max_events stops a flood', async () => {
    const { status, error, events } = await fixture.run(session, 'for (;;) console.log("x")', { max_events: 5000 });
    assert.equal(status, 'error');
    assert.equal(error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.equal(events.length, 4999);
  });

  it('max_output_kb counts bytes of text and values', async () => {
    const fits = await fixture.run(session, 'console.log("x".repeat(1000)); "y".repeat(24)', { max_output_kb: 1 });
    assert.equal(fits.status, 'ok');
    assert.equal(fits.metrics.output_bytes, 1024);
    const over = await fixture.run(session, 'console.log("x".repeat(1000)); "y".repeat(25)', { max_output_kb: 1 });
    assert.equal(over.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.deepEqual(lines(over.events), ['x'.repeat(1000)]);
    const euros = await fixture.run(session, 'console.log("€".repeat(342))', { max_output_kb: 1 });
    assert.equal(euros.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.match(euros.error.message, /max_output_kb allows \(1 KiB\)/);
  });

  it('texts of events are cut at 1 MiB, with a count', async () => {
    const { events } = await fixture.run(session, 'console.log("x".repeat(2 ** 20 + 7))', { max_output_kb: 2048 });
    assert.match(String(lines(events)[0]), /^x{1048576}\.\.\. 7 more characters$/);
  });
});

describe('runtime: what cannot be interrupted', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  it('is ended with its host, as a timeout', async () => {
    const session = await fixture.open();
    const endless = '(3n ** 3_000_000n) ** 40n';
    const { id, status, error } = await fixture.run(session, endless, { wall_ms: 200, cpu_ms: 60_000 });
    assert.equal(status, 'timeout');
    assert.equal(error?.code, 'EXEC_TIMEOUT');
    assert.match(
      fixture.lost.get(session) ?? '',
      new RegExp(`^what ran in execution ${id} could not be stopped in time`),
    );
    assert.deepEqual(fixture.runtime.activeSessionIds(), []);
  });
});
