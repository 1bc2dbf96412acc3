import assert from 'node:assert/strict';
import type { RuntimeEvent } from '../../daemon/runtime/runtime.ts';
import { eventually, RuntimeFixture } from '../runtime/runtime-fixture.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const payloads = (events: readonly RuntimeEvent[], type: string): unknown[] =>
  events.filter((event) => event.type === type).map(({ payload }) => payload);

describe('guest: timers', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());
  const preview = (source: string): Promise<string> => fixture.preview(session, source);

  it('fire while an execution awaits, with their arguments and handle', async () => {
    const source =
      'await new Promise((done) => { const t = setTimeout(function (...args) { done([args, this === t]) }, 5, 1, "a") })';
    assert.equal(await preview(source), "[ [ 1, 'a' ], true ]");
  });

  it('fire in the order of their time, and of their start where that is the same', async () => {
    const source = `
      const order = []; const add = (name) => () => order.push(name);
      setTimeout(add('d'), 30); setTimeout(add('b'), 1); setTimeout(add('c'), 1); setTimeout(add('e'), 60); setTimeout(add('b0'), 0);
      Promise.resolve().then(add('micro')); queueMicrotask(add('micro 2')); process.nextTick(add('tick')); order.push('sync');
      await new Promise((done) => setTimeout(done, 90)); order.join()`;
    assert.equal(await preview(source), 'sync,micro,micro 2,tick,b,c,b0,d,e');
  });

  it('run the microtasks of one call before the next call', async () => {
    const source = `
      const seen = [];
      for (const n of [1, 2]) setTimeout(() => { seen.push('t' + n); Promise.resolve().then(() => seen.push('m' + n)).then(() => seen.push('n' + n)) }, 1);
      await new Promise((done) => setTimeout(done, 30)); seen.join()`;
    assert.equal(await preview(source), 't1,m1,n1,t2,m2,n2');
  });

  it('are cleared by handle, by number and by text, from inside and outside', async () => {
    const source = `
      let calls = [];
      clearTimeout(setTimeout(() => calls.push('handle'), 1)); clearTimeout(+setTimeout(() => calls.push('number'), 1));
      clearInterval(String(+setTimeout(() => calls.push('text'), 1))); clearTimeout(); clearTimeout(null); clearTimeout({}); clearTimeout(1e9);
      clearImmediate(setImmediate(() => calls.push('immediate')));
      const ticked = new Promise((done) => {
        const every = setInterval(() => { calls.push('tick'); if (calls.length === 3) { clearInterval(every); done() } }, 2);
      });
      const later = setTimeout(() => calls.push('later'), 20); setTimeout(() => clearTimeout(later), 5);
      await ticked; await new Promise((done) => setTimeout(done, 30)); calls.join()`;
    assert.equal(await preview(source), 'tick,tick,tick');
  });

  it('have handles that work as in Node', async () => {
    const source = `
      const t = setTimeout(() => {}, 1e6); const i = setImmediate(() => {});
      const answer = [typeof +t, t.ref() === t, t.unref() === t, t.hasRef(), t.refresh() === t, t.close() === t, t.hasRef(), i.hasRef(), typeof t, t.constructor.name, i.constructor.name];
      clearImmediate(i); answer.join()`;
    assert.equal(await preview(source), 'number,true,true,true,true,true,false,true,object,Timeout,Immediate');
  });

  it('refuse what cannot be called', async () => {
    for (const call of [
      'setTimeout("code")',
      'setInterval()',
      'setImmediate({})',
      'queueMicrotask(1)',
      'process.nextTick(null)',
    ]) {
      const { error } = await fixture.run(session, call);
      assert.match(error?.message ?? '', /^TypeError.* "callback" argument must be of type function/, call);
    }
  });

  it('take thousands', async () => {
    const source = `
      let fired = 0; const started = Date.now();
      for (let i = 0; i < 20_000; i++) setTimeout(() => fired++, i % 50);
      for (let i = 0; i < 20_000; i++) clearTimeout(setTimeout(() => fired++, 1e5));
      await new Promise((done) => setTimeout(done, 60)); fired`;
    const { result, metrics } = await fixture.run(session, source);
    assert.equal(result?.preview, '20000');
    assert.ok((metrics.wall_ms ?? 0) < 4000, `${metrics.wall_ms ?? 0} ms`);
  });

  it('let errors be events, and go on', async () => {
    const source = `
      setTimeout(() => { throw new TypeError('in a timer') }, 1); setTimeout(() => { throw 5 }, 2);
      setImmediate(() => { throw new Error('in an immediate') }); queueMicrotask(() => { throw new Error('in a microtask') });
      new EventTarget().dispatchEvent(new Event('x')); const target = new EventTarget();
      target.addEventListener('x', () => { throw new Error('in a listener') }); target.dispatchEvent(new Event('x'));
      await new Promise((done) => setTimeout(done, 20)); 'done'`;
    const { status, result, events } = await fixture.run(session, source);
    assert.equal(status, 'ok');
    assert.equal(result?.preview, 'done');
    const messages = payloads(events, 'exception').map((payload) => (payload as { message: string }).message);
    assert.deepEqual(messages.sort(), [
      'Error: in a listener',
      'Error: in a microtask',
      'Error: in an immediate',
      'TypeError: in a timer',
      'Uncaught 5',
    ]);
    for (const payload of payloads(events, 'exception')) {
      assert.equal((payload as { unhandled: boolean }).unhandled, true);
      assert.equal((payload as { origin: string }).origin, 'uncaughtException');
    }
  });

  it('report rejections that nobody handles, also in timers', async () => {
    const { events } = await fixture.run(
      session,
      'setTimeout(() => { Promise.reject(new RangeError("late")) }, 1); await new Promise((done) => setTimeout(done, 20))',
    );
    const [payload] = payloads(events, 'exception') as {
      name: string;
      message: string;
      stack: string;
      unhandled: boolean;
      origin: string;
    }[];
    assert.equal(payload?.name, 'RangeError');
    assert.equal(payload.message, 'RangeError: late');
    assert.match(payload.stack, /^RangeError: late\n {4}at Timeout\.<anonymous> \(<repl>:1:\d+\)$/);
    assert.equal(payload.unhandled, true);
    assert.equal(payload.origin, 'unhandledRejection');
  });

  it('report rejections with null, which look like an interrupt', async () => {
    const source =
      'setTimeout(() => { Promise.reject(null) }, 1); await new Promise((done) => setTimeout(done, 20)); Promise.reject(null); 7';
    const { events, result } = await fixture.run(session, source);
    assert.equal(result?.preview, '7');
    const messages = payloads(events, 'exception').map((payload) => (payload as { message: string }).message);
    assert.deepEqual(messages, ['Uncaught null', 'Uncaught null']);
  });

  it('count against the limits of the execution that awaits them', async () => {
    const { status, error } = await fixture.run(
      session,
      'setTimeout(() => { for (;;); }, 1); await new Promise(() => {})',
      { wall_ms: 300 },
    );
    assert.equal(status, 'timeout');
    assert.equal(error?.code, 'EXEC_TIMEOUT');
    assert.equal(await preview('40 + 2'), '42');
  });

  it('survive the cancelling of an execution, and wait for nothing else', async () => {
    const { events, ended } = fixture.start(
      session,
      'globalThis.beats = 0; globalThis.heart = setInterval(() => beats++ || console.log("beat"), 5); await new Promise(() => {})',
    );
    await eventually('the first beat', () => events.length > 0);
    fixture.runtime.interrupt(session);
    assert.equal((await ended).status, 'cancelled');
    const before = Number(await preview('beats'));
    await waitUntil(async () => Number(await preview('beats')) > before, 'more beats');
    await preview('clearInterval(heart)');
  });
});
