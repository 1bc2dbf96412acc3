import assert from 'node:assert/strict';
import { RuntimeFixture } from '../runtime/runtime-fixture.ts';

describe('guest: stack traces', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());
  const preview = (source: string): Promise<string> => fixture.preview(session, source);

  it('name the file, line and column of the user', async () => {
    const file = "/repo/folder/it's a file.js";
    const source = 'function inner() {\n  throw new TypeError("here");\n}\nfunction outer() { inner(); }\nouter();';
    const { error } = await fixture.run(session, source, {}, { kind: 'run_file', file });
    const url = 'file:///repo/folder/it%27s%20a%20file.js';
    assert.equal(
      error?.stack,
      `TypeError: here\n    at inner (${url}:2:9)\n    at outer (${url}:4:20)\n    at ${url}:5:1`,
    );
  });

  it('have no frame of ours, whoever calls', async () => {
    const calls = [
      'new URL("nope")', 'structuredClone(() => {})', 'setTimeout()', 'new TextDecoder("x")', 'atob("*")', 'queueMicrotask(1)', 'crypto.getRandomValues([])', 'new EventTarget().dispatchEvent(1)',
      'console.table([], 1)', 'AbortSignal.abort().throwIfAborted()', 'process.stdout.write(1)', 'new URLSearchParams([1])', 'performance.measure("m", "none")',
      'console.log({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("custom") } })', 'new AbortSignal()', 'console.count(Symbol())',
    ]; // prettier-ignore
    for (const call of calls) {
      const stack = await preview(`function user() { try { ${call} } catch (error) { return error.stack } }\nuser()`);
      assert.match(stack, /\n {4}at .*<repl>:1:\d+/, call);
      assert.doesNotMatch(stack, /vm-system|isolated-vm|node:|\.ts:/, call);
    }
  });

  it('have no frame of ours in timers, listeners, microtasks and custom inspection', async () => {
    const source = `
      const stacks = []; const note = () => { stacks.push(new Error('x').stack) };
      setTimeout(note, 1); setImmediate(note); queueMicrotask(note); process.nextTick(note);
      const target = new EventTarget(); target.addEventListener('x', note); target.dispatchEvent(new Event('x'));
      console.log({ [Symbol.for('nodejs.util.inspect.custom')]: note }); new URLSearchParams('a=1').forEach(note);
      await new Promise((done) => setTimeout(done, 20)); stacks.join('\\n--\\n')`;
    const stacks = (await preview(source)).split('\n--\n');
    assert.equal(stacks.length, 7);
    for (const stack of stacks) assert.doesNotMatch(stack, /vm-system/);
    assert.deepEqual(stacks, [
      'Error: x\n    at EventTarget.note (<repl>:2:59)\n    at <repl>:4:84',
      'Error: x\n    at Object.note (<repl>:2:59)\n    at <repl>:5:15',
      'Error: x\n    at note (<repl>:2:59)\n    at <repl>:5:101',
      'Error: x\n    at note (<repl>:2:59)',
      'Error: x\n    at note (<repl>:2:59)',
      'Error: x\n    at Timeout.note (<repl>:2:59)',
      'Error: x\n    at Immediate.note (<repl>:2:59)',
    ]);
  });

  it('take Error.prepareStackTrace and stackTraceLimit of the user, as Node does', async () => {
    assert.equal(
      await preview(
        'Error.prepareStackTrace = (error, frames) => frames.length + String(error); const made = new Error("p").stack; made',
      ),
      '1Error: p',
    );
    assert.equal(
      await preview('Error.prepareStackTrace = undefined; new Error("plain").stack'),
      'Error: plain\n    at <repl>:1:38',
    );
    const limit =
      'Error.stackTraceLimit = 1; function a() { return b() } function b() { return new Error("l").stack } const limited = a(); Error.stackTraceLimit = 10; limited';
    assert.match(await preview(limit), /^Error: l\n {4}at b \(<repl>:1:\d+\)$/);
    assert.equal(await preview('const target = {}; Error.captureStackTrace(target); typeof target.stack'), 'string');
  });

  it('survive a stack that was tampered with', async () => {
    const { error } = await fixture.run(
      session,
      'Error.prepareStackTrace = () => { throw new Error("no") }; throw new RangeError("boom")',
    );
    assert.equal(error?.name, 'RangeError');
    const { status } = await fixture.run(
      session,
      'Error.prepareStackTrace = () => { for (;;); }; throw new RangeError("boom")',
      { wall_ms: 300, cpu_ms: 300 },
    );
    assert.ok(['timeout', 'error'].includes(status));
    assert.equal(await preview('Error.prepareStackTrace = undefined; 1 + 1'), '2');
  });

  it('show causes and shared frames once', async () => {
    const source =
      'function deep(n) { if (n) return deep(n - 1); throw new Error("inner") }\ntry { deep(5) } catch (cause) { console.log(new Error("outer", { cause })) }';
    const { events } = await fixture.run(session, source);
    const text = String(events[0]?.payload['text']);
    assert.match(text, /^Error: outer\n {4}at <repl>:2:\d+ \{\n {2}\[cause\]: Error: inner\n {6}at deep/);
  });
});
