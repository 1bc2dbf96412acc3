import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { lines, RuntimeFixture } from '../runtime/runtime-fixture.ts';

/** Programs that log; what they print is compared with Node's console, line by line. */
const PROGRAMS = [
  'console.group("outer"); console.log("in"); console.group(); console.warn("deep\\nlines"); console.groupEnd(); console.info("in"); console.groupEnd(); console.groupEnd(); console.log("out")',
  'console.groupCollapsed("a", { b: 1 }); console.dir({ a: 1 }); console.groupEnd()',
  'console.count(); console.count("x"); console.count(); console.countReset(); console.count(); console.count(undefined); console.count(null)',
  'console.assert(true, "no"); console.assert(false, "yes %s", 1); console.assert(false, { a: 1 }); console.assert(); console.assert(0, "a", "b")',
  'console.table([{ a: 1, b: "x" }, { a: 2, c: true }])',
  'console.table([[1, 2], [3, [4]]]); console.table(["x", "y"]); console.table([1, { a: 2 }])',
  'console.table({ x: { v: 1 }, y: { v: 2 } }, ["v", "w"]); console.table([{ a: 1, b: 2 }], ["b"])',
  'console.table(new Map([["k", { a: 1 }], [2, 3]])); console.table(new Set(["a", [1]])); console.table(new Map([[1, 2]]).entries())',
  'console.table(5); console.table("text"); console.table(null); console.table([]); console.table({})',
  'console.table([{ wide: "日本語", nested: { a: { b: 1 } }, long: { a: 1, b: 2, c: 3 } }]); console.table(new Set([1]).values())',
  'console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); console.dir({ a: { b: { c: { d: 1 } } } }, { depth: null }); console.dir({ [Symbol.for("nodejs.util.inspect.custom")]: () => 1 })',
  'console.dirxml({ a: 1 }, [2]); console.debug("%s", "debug"); console.log(); console.log(undefined); console.log("")',
  'console.dir([1, 2, 3], { showHidden: true }); console.dir({ b: 1, a: 2 }, { sorted: true }); console.dir({ a: "x" }, { colors: true })',
  'console.dir({ a: [1, 2, { b: 1 }] }, { compact: false }); console.dir({ a: 1, b: [2] }, { breakLength: 5 }); console.dir({ get a() { return 5 } }, { getters: true })',
  'console.dir(123456789.123456, { numericSeparator: true }); console.dir(new Proxy({ a: 1 }, { get() {} }), { showProxy: true }); console.dir("x".repeat(50), { maxStringLength: 10 })',
  'console.dir(new Map([[{ a: 1 }, "v"]]), { showHidden: true }); console.dir(Array(5).fill("x"), { maxArrayLength: 2 }); console.dir(new WeakSet([{ a: 1 }]), { showHidden: true })',
  'console.dir(new (class A { x = 1; get y() { return 1 } static z = 2 }), { showHidden: true }); console.dir(class B { static s = 1 }, { showHidden: true }); console.dir([,"a"], { showHidden: true })',
];

describe('guest: console', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  before(async () => {
    session = await fixture.open({ strict: false });
  });
  after(() => fixture.dispose());

  for (const program of PROGRAMS) {
    it(`prints as Node does: ${program.slice(0, 90)}`, async () => {
      const { events } = await fixture.run(session, program);
      assert.deepEqual(lines(events).join('\n').split('\n'), nodePrints(program));
    });
  }

  it('says the level of each call', async () => {
    const source = `
      for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'dirxml', 'table', 'group', 'count']) console[name]('x');
      console.assert(false); console.timeEnd('none');`;
    const { events } = await fixture.run(session, source);
    const levels = events.filter(({ type }) => type === 'console').map(({ payload }) => payload['level']);
    const plain = Array<string>(5).fill('log');
    assert.deepEqual(levels, ['log', 'info', 'warn', 'error', 'debug', 'trace', ...plain, 'warn', 'warn']);
    await fixture.run(session, 'console.groupEnd()');
  });

  it('measures time', async () => {
    const source =
      'console.time("t"); console.timeLog("t", { a: 1 }); console.timeEnd("t"); console.timeEnd("t"); console.time(); console.time()';
    const [first, second, third, fourth] = lines((await fixture.run(session, source)).events);
    assert.match(String(first), /^t: [\d.]+ms \{ a: 1 \}$/);
    assert.match(String(second), /^t: [\d.]+ms$/);
    assert.equal(third, "Warning: No such label 't' for console.timeEnd()");
    assert.equal(fourth, "Warning: Label 'default' already exists for console.time()");
  });

  it('traces with frames of the user only', async () => {
    const { events } = await fixture.run(session, 'function f() { console.trace("at %s", 1) }\nf()');
    assert.equal(lines(events)[0], 'Trace: at 1\n    at f (<repl>:1:24)\n    at <repl>:2:1');
  });

  it('cuts a text of more than 1 MiB, with a count', async () => {
    const wide = { max_output_kb: 100_000 };
    const { events } = await fixture.run(
      session,
      'console.log("x".repeat(3_000_000)); console.log("%s", "y".repeat(2_000_000))',
      wide,
    );
    const [first, second] = lines(events).map(String);
    assert.match(first!.slice(-40), /^x+\.\.\. 1951424 more characters$/);
    assert.match(second!.slice(-40), /^y+\.\.\. 951424 more characters$/);
  });

  it('prints an enormous value cut, quickly, and says how much is missing', async () => {
    const source = `
      const many = {}; for (let i = 0; i < 300_000; i++) many['key' + i] = 'value';
      console.log(many);
      const lists = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => Array(100).fill('0123456789'.repeat(100))));
      console.log(lists);`;
    const { events, status } = await fixture.run(session, source, { max_output_kb: 100_000, mem_mb: 128 });
    assert.equal(status, 'ok');
    const [object, list] = lines(events).map(String);
    assert.ok(object!.length < 1_200_000 && list!.length < 2_400_000, `${object!.length}, ${list!.length}`);
    assert.match(object!, /\.\.\. \d+ more (properties|characters)/);
    assert.match(list!, /more (items|characters)/);
  });
});

function nodePrints(program: string): string[] {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const console = new Console({ stdout: stream, stderr: stream, colorMode: false });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the same text runs in the guest
  const run = new Function('console', program) as (console: Console) => void;
  run(console);
  return text.replace(/\n$/, '').split('\n');
}
