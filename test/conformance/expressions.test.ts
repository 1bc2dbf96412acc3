import assert from 'node:assert/strict';
import { RuntimeFixture, type Ran } from '../runtime/runtime-fixture.ts';

/** Has every line of these evaluated by V8's REPL mode; without it, what is one expression is not. */
const IN_REPL_MODE = ' //';

const LINES = [
  ['1 + 1', '0.1 + 0.2', '1 / 3', '-0', '1 / 0', '-1 / 0', '0 / 0', '1e300 * 10', '2 ** 53', '0x10', '5n ** 30n'],
  ['true', 'null', 'undefined', 'void 0', 'NaN', '!1', 'Symbol("s")', 'Symbol.iterator', 'typeof 1'],
  ['"text"', '"\'"', '"value"', '"thrown"', '"null"', '"undefined"', '""', '"\\ud800"', '"\\u0000\\n\\t"', '"ü💡"'],
  ['"x".repeat(9999)', '"x".repeat(10001)', '"x".repeat(70000).length'],
  ['[1, [2, { a: 3 }]]', '({ a: 1, get b() { return 2 } })', '{a: 1}', '{a: {b: [1, 2]}}', '{}', '[]', '{a: 1}.a'],
  ['new Map([[1, { a: 2 }]])', 'new Set("abc")', 'new Date(0)', 'new Error("made")', 'Promise.resolve(5)'],
  ['(function named() { return 1 })', '() => 1', '(x, y) => { const z = x + y; return z }', 'class {}'],
  ['x = 5', 'x', 'x += 2;', 'x++', '++x', 'x', 'y = z = 1', 'globalThis.x = 5', 'x + 1', 'x++;;'],
  ['var v = 1', 'v', 'v = 2', 'v', 'let w = 1', 'w', 'w = 2', 'w', 'let w = 3', 'w', 'const c = 1', 'c = 2', 'c'],
  ['function f(a) { return a * 2 }', 'f(4)', '[1, 2].map(f)', 'g = (a) => f(a) + 1', 'g(1)', 'g', 'f = 1', 'f'],
  [
    'throw new Error("statement")',
    'unknown',
    'null.x',
    '(() => { throw new TypeError("deep") })()',
    '_error',
    '1',
    '_',
  ],
  ['(() => { throw 5 })()', '_error', '(() => { throw { a: 1 } })()', '_error', '(() => { throw null })()', '_error'],
  ['JSON.parse("{")', '_error.name', 'new Function("(")', 'eval("1 +")', 'eval("1 + 1")', '(0, eval)("var e = 1; e")'],
  ['eval("var ev = 4; ev")', 'typeof ev', 'eval("let el = 4; el")', 'typeof el', 'new Error("stack").stack'],
  ['(() => new Error("inner").stack)()', 'Error.stackTraceLimit = 1', '(() => new Error("one").stack)()'],
  ['Error.prepareStackTrace = undefined', 'new Error("plain").stack', '(() => { throw new Error("bare") })()'],
  ['new Error("cause", { cause: 5 })', '(() => { throw new Error("with", { cause: { a: 1 } }) })()', '[_error]'],
  ['console.log("said")', 'console.log("a", { b: 1 }), 7', '[1, 2].forEach((n) => console.log(n))'],
  ['Promise.reject(new Error("lonely"))', '1', '(Promise.reject(new SyntaxError("lonely too")), 5)', '_'],
  ['(Promise.reject(1), (() => { throw new Error("both") })())', '2', 'queueMicrotask(() => console.log("later"))'],
  ['Promise.reject(null)', '(Promise.reject(null), 5)', '_', '(Promise.reject(null), f())', '_error.name'],
  ['this === globalThis', 'typeof arguments', 'new.target', 'this', 'super.x', 'yield', 'typeof yield', 'arguments'],
  ['delete globalThis.x', 'delete x', 'with_ = 1', 'async', 'let', 'of', 'get', 'static', 'undefined = 1', '010'],
  [
    'a,',
    ', a',
    '1 2',
    '1\n2',
    'foo bar',
    'foo(',
    ')',
    '](',
    '1)); ((2',
    '1)}; try{((2',
    '...x',
    '(',
    '"open',
    '=',
    '?',
  ],
  [
    '1 +\n1',
    '[1,\n2]\n',
    '\n\n7',
    'n = 1\n++n',
    'n',
    'n\n++\nn',
    'a: 1',
    '#x',
    '@x',
    '1;2',
    ';',
    '',
    '  ',
    '1 ;',
    ';1',
  ],
  ['-->', '1 --> 2', 'x = 1\n--> 2', '<!-- 1', 'a = b', 'a ?? b', 'a?.b', 'a ||= 1', '(a, 2)', 'a = [b] = [3]', 'b'],
  ['[p, q] = [1, 2]', 'p + q', '{p} = {p: 5}', 'p', '({ p } = { p: 6 })', 'p', '{ p: 1 };', '{ let p = 9; p };', 'p'],
  ['\u012dline', '\u012dline(5)', '(\u012dline(5, true), 6)', '\u012dline = 1', 'delete globalThis.\u012dline'],
  [
    'let pa = 1',
    'let ps = "text"',
    'pa',
    'ps',
    'pa + ps',
    'pa === 1 && ps',
    '-pa',
    '!ps',
    'pa ?? ps',
    'pa / 0',
    '-0 * pa',
  ],
  [
    'let pa = 1',
    'let ps = "t"',
    'ps - 1',
    'pb = 5n',
    'pb',
    'pb + pa',
    'pb + pb',
    'pa & 3 | 4',
    '(pa + 2) * 3;',
    'pa < 2',
    'pa\n+ 1',
    '_',
    '_ + 1',
    'ps',
  ],
  [
    'var pa = 1',
    'pz = {}',
    'pz',
    'pz + 1',
    'pa',
    '_',
    'null.x',
    'pa',
    '_error.name',
    'unknownName',
    'unknownName + 1',
    'pa + unknownName',
  ],
  [
    'const pa = 1, ps = 2',
    'let tdz = tdz + 1',
    'tdz',
    'tdz + 1',
    'pa ?? ps || 1',
    'pa ps',
    'pa +',
    'await',
    'yield + 1',
    'new',
    'this',
    'pa ? 1 : 2',
  ],
  [
    '08 + 1',
    '1.5.2',
    '1..x',
    '"later"',
    '"other"',
    "'value'",
    'static',
    'implements + 1',
    'eval',
    'arguments + 1',
    'Infinity',
  ],
  [
    'Object.defineProperty(globalThis, "told", { get() { console.log("read"); return 5 } })',
    'told',
    'told + 1',
    'let teller = { valueOf() { console.log("asked"); return 2 } }',
    'teller + 1',
    'teller == 2',
    '-teller',
    'Object.defineProperty(Object.prototype, "late", { get() { console.log("late"); return 3 } })',
    'late',
    'late + 1',
    '__proto__ == null',
    'toString + ""',
  ],
  ['typeof \u012de', 'Object.keys(globalThis).includes("\u012dline")', '[process.exitCode]', 'eval("\u012de")'],
] as const;

/** Where V8 names a place in the line for what REPL mode has the line's beginning for. */
const MORE_PRECISE = ['a = b', '(a, 2)', '{p} = {p: 5}', 'delete globalThis.\u012dline', 'eval("\u012de")'];

describe('lines that are one expression', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  for (const strict of [true, false]) {
    it(`end as in V8's REPL mode, ${strict ? 'strict' : 'sloppy'}`, async () => {
      const surprises: unknown[] = [];
      for (const lines of LINES) {
        const plain = await fixture.open({ isolation: 'shared', strict });
        const inReplMode = await fixture.open({ isolation: 'shared', strict });
        for (const line of lines) {
          const got = await fixture.run(plain, line);
          const expected = await fixture.run(inReplMode, line + IN_REPL_MODE);
          const [told, toldInReplMode] = [got, expected].map((ran) => tell(ran, MORE_PRECISE.includes(line)));
          if (told !== toldInReplMode) surprises.push({ line, told, toldInReplMode });
        }
      }
      assert.deepEqual(surprises, []);
    });
  }

  it('run once, also when they do not compile', async () => {
    const session = await fixture.open({ isolation: 'shared' });
    await fixture.run(session, 'var count = 0');
    for (const line of ['count++; foo bar', 'count++', '(() => { count++; throw new SyntaxError("own") })()']) {
      await fixture.run(session, line);
    }
    assert.equal(await fixture.preview(session, 'count'), '2');
  });

  it('cannot be told from outside by what the guest defines', async () => {
    const session = await fixture.open({ isolation: 'shared' });
    await fixture.run(
      session,
      'let \u012dline = () => ({}); Number.isFinite = Object.is = () => { throw new Error("mine") }',
    );
    const { status, error } = await fixture.run(session, '1 + 1');
    assert.deepEqual([status, error?.message], ['ok', undefined]);
    assert.equal(await fixture.preview(session, '1 + 1 //'), '2');
  });
});

/** All that an execution says, without its times, and maybe without places. */
function tell({ status, result, error, events }: Ran, withoutPlaces: boolean): string {
  const told = JSON.stringify([status, result, error, events.map(({ type, payload }) => [type, payload])]);
  return withoutPlaces ? told.replaceAll(/(?:<repl>)?:1:\d+/g, '') : told;
}
