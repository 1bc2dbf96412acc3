import assert from 'node:assert/strict';
import { eventually, lines, RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: console', () => {
  const fixture = new RuntimeFixture();
  let session = '';

  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());

  it('keeps the order of lines, value and exception', async () => {
    const { events } = await fixture.run(session, 'for (let i = 0; i < 1000; i++) console.log(i); "end"');
    assert.deepEqual(
      lines(events),
      Array.from({ length: 1000 }, (_, i) => String(i)),
    );
    assert.equal(events.at(-1)?.type, 'value');
    const { events: failing } = await fixture.run(session, 'console.log("before"); throw new Error("then")');
    assert.deepEqual(
      failing.map(({ type }) => type),
      ['console', 'exception'],
    );
  });

  it('says the level', async () => {
    const source = "for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[level](level)";
    const { events } = await fixture.run(session, source);
    const levels = events.filter(({ type }) => type === 'console').map(({ payload }) => payload['level']);
    assert.deepEqual(levels, ['log', 'info', 'warn', 'error', 'debug', 'trace']);
    assert.match(String(lines(events).at(-1)), /^Trace: trace\n {4}at <repl>:1:\d+$/);
  });

  it('formats and indents', async () => {
    const source = `
      console.log('%s is %d', 'x', 5, { a: 1 });
      console.group('outer'); console.log('two\\nlines'); console.groupEnd(); console.log('back');
      console.count(); console.count(); console.assert(1 === 2, 'no'); console.dir({ a: { b: { c: {} } } }, { depth: 0 })`;
    const { events } = await fixture.run(session, source);
    assert.deepEqual(lines(events), [
      'x is 5 { a: 1 }', 'outer', '  two\n  lines', 'back', 'default: 1', 'default: 2', 'Assertion failed: no',
      '{ a: [Object] }',
    ]); // prettier-ignore
  });

  it('shows the last line before code that never ends, at once', async () => {
    const { events, ended } = fixture.start(session, 'console.log("last words"); for (;;) {}');
    await eventually('the line', () => events.length > 0, 1000);
    assert.deepEqual(lines(events), ['last words']);
    fixture.runtime.interrupt(session);
    assert.equal((await ended).status, 'cancelled');
  });

  it('lets the guest run only so far ahead of what is stored', async () => {
    const held: (() => void)[] = [];
    fixture.onBatch = (_events, stored) => held.push(stored);
    const wide = { max_events: 1_000_000, max_output_kb: 100_000 };
    const { events, ended } = fixture.start(session, 'for (let i = 0; i < 50_000; i++) console.log("line", i)', wide);
    await eventually('back-pressure', () => events.length > 4096);
    const { length } = events;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(events.length - length < 600, 'the guest stands still');
    assert.ok(events.length < 6000, `${events.length} events are ahead`);
    fixture.onBatch = (_events, stored) => {
      stored();
    };
    for (const stored of held) stored();
    const { status } = await ended;
    assert.equal(status, 'ok');
    assert.deepEqual(lines(events).slice(-2), ['line 49998', 'line 49999']);
  });

  it('can be interrupted while the guest waits for the store', async () => {
    fixture.onBatch = () => undefined;
    const wide = { max_events: 1_000_000, max_output_kb: 100_000 };
    const { events, ended } = fixture.start(session, 'for (let i = 0; ; i++) console.log("line", i)', wide);
    await eventually('back-pressure', () => events.length > 4096);
    fixture.runtime.interrupt(session);
    assert.equal((await ended).status, 'cancelled');
    fixture.onBatch = (_events, stored) => {
      stored();
    };
    assert.equal(await fixture.preview(session, '1 + 1'), '2');
  });

  it('takes 200,000 lines without growing', async () => {
    const wide = { max_events: 1_000_000, max_output_kb: 100_000, wall_ms: 60_000, cpu_ms: 60_000 };
    let seen = 0;
    fixture.onBatch = (events, stored) => {
      seen += events.length;
      setImmediate(stored);
    };
    const flood = fixture.start(session, 'for (let i = 0; i < 200_000; i++) console.log("line number", i)', wide);
    const timer = setInterval(() => (flood.events.length = 0), 5);
    const before = process.memoryUsage.rss();
    const { status, metrics } = await flood.ended;
    clearInterval(timer);
    const grown = (process.memoryUsage.rss() - before) / 1024 / 1024;
    assert.equal(status, 'ok');
    assert.equal(seen, 200_001);
    assert.ok(grown < 64, `the daemon has grown by ${grown.toFixed(0)} MiB`);
    assert.ok(200_000 / ((metrics.wall_ms ?? 0) / 1000) > 20_000, `${metrics.wall_ms ?? 0} ms for 200,000 lines`);
  });

  it('is absent where the template says so', async () => {
    const silent = await fixture.open({ console: false });
    assert.equal(await fixture.preview(silent, 'typeof console'), 'undefined');
    await fixture.runtime.close(silent, 'the test is over');
  });
});
