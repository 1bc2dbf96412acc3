import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { lines, RuntimeFixture } from '../runtime/runtime-fixture.ts';
import { EXPRESSIONS } from './expressions.ts';

const wide = { max_events: 100_000, max_output_kb: 100_000, wall_ms: 30_000, cpu_ms: 30_000 };

/** What only V8 knows: of promises, iterators and huge arrays. */
const HIDDEN_STATES = [
  'Promise.resolve(4)', 'new Promise(() => {})', '(p => (p.catch(() => {}), p))(Promise.reject(3))', '(async () => {})()',
  '(p => (p.catch(() => {}), p))(Promise.reject(new RangeError("no")))', 'Promise.resolve({ a: { b: { c: {} } } })',
  '[Promise.resolve(1), [Promise.resolve([2])]]', 'Object.assign(Promise.resolve(1), { x: 1 })', 'Promise.resolve("x".repeat(90))',
  'new (class Later extends Promise {})(() => {})', 'Promise.resolve(Promise.resolve(1))', 'Promise.resolve(new Map([[1, 2]]))',
  'Promise.resolve(-0)', 'Promise.resolve(10n)', 'Promise.resolve(Symbol("s"))', 'Promise.resolve(() => {})', 'Promise.resolve()',
  'Object.create(Promise.prototype)', 'new Map([[1, 2]]).entries()', 'new Map([[1, { a: 1 }]])[Symbol.iterator]()',
  'new Map([[1, 2]]).keys()', 'new Map([[1, 2]]).values()', 'new Set([1, "a"]).values()', 'new Set([1]).entries()',
  '(i => (i.next(), i))(new Set([1, 2, 3]).values())', '(i => (i.next(), i))(new Map().keys())', 'new Set(Array(200).keys()).values()',
  'Object.assign(Array(20_000).fill(0), { extra: 1 })', 'Array(1e6).fill(7)', '(a => (delete a[3], a))(Array(2e4).fill(0))',
  'Object.assign([], { 1e5: 1, 2e5: 2 })', 'Object.assign(new Uint8Array(1e5), { extra: 1 })', 'Array(1e6)',
  '(function* () {})()', 'new WeakMap([[{}, 1]])', '[,,1,,]',
]; // prettier-ignore

/** What console.log is called with. */
const CALLS = [
  '"%s", "a"', '"%s %s", "a"', '"%s", { a: 1 }', '"%s", { toString() { return "mine" } }', '"%s", class A {}', '"%s", () => 1',
  '"%s", Symbol("x")', '"%s", -0', '"%s", 12n', '"%s", null, undefined', '"%s", [1, [2, [3]]]', '"%s", new Error("e").message',
  '"%s", Object.create(null)', '"%s", new Date(0)', '"%s", { [Symbol.toPrimitive]() { return "p" } }', '"%s", new (class { toString() { return 1 } })',
  '"%d %d %d", 1, "2", {}', '"%d", 10n', '"%d", Symbol("x")', '"%d", "0x10"', '"%i %i", 1.9, "2.9px"', '"%i", 5n', '"%f %f", "1.5x", Symbol()',
  '"%j", { a: [1] }', '"%j", (o => (o.o = o, o))({})', '"%j", { toJSON() { return "J" } }', '"%j", undefined',
  '"%O", { a: { b: { c: { d: {} } } } }', '"%o", { a: 1, f() {} }', '"%o", [1]', '"%c styled %c", "color: red", ""', '"100%", 5', '"%% %s", 1', '"%%"',
  '"%x", 1', '"%", 1', '"a%sb%sc", 1', '"x", 1, { a: 2 }, [3]', '1, "a", null', '"", 1', '{}, "%s", 1', '"%s%s%s", "a", "b"',
  '[], "x"', '"multi\\nline", { a: 1 }', '"%s", "%s", 1', 'new Map([[1, 2]]), "end"', '"%s", Object(1)', '"%s", Object("boxed")', '"%d", ""',
  '"%i", ""', '"%f", ""', '"%s", function named() {}', '"%s", new (class Foo { x = 1 })', '"%s", new (class Foo extends Map {})', '"%O %o", 1, "s"',
]; // prettier-ignore

/** Frames differ by nature; the lines around them do not. */
function withoutFrames(text: string): string {
  return text.replaceAll(/\n +at .*/g, '').replaceAll(/\n +\.\.\. \d+ lines matching.*/g, '');
}

describe('guest: printing values', () => {
  const fixture = new RuntimeFixture();
  const texts = new Map<string, string>();

  /** The texts of what the expressions give, in the guest. */
  async function print(expressions: readonly string[], print: (expression: string) => string): Promise<void> {
    const session = await fixture.open({ strict: false });
    for (const expression of expressions) {
      const { events } = await fixture.run(session, print(expression), wide);
      texts.set(expression, String(lines(events)[0]));
    }
    await fixture.runtime.close(session, 'done');
  }

  before(async function () {
    this.timeout(60_000);
    const evaluated = (expression: string): string => `console.log('%O', (0, eval)(${JSON.stringify(expression)}))`;
    await print([...EXPRESSIONS, ...HIDDEN_STATES], evaluated);
    await print(CALLS, (call) => `console.log(${call})`);
  });
  after(() => fixture.dispose());

  for (const expression of [...EXPRESSIONS, ...HIDDEN_STATES]) {
    it(`as Node does: ${expression.slice(0, 90)}`, () => {
      const value: unknown = (0, eval)(expression);
      assert.equal(withoutFrames(texts.get(expression) ?? ''), withoutFrames(inspect(value)));
    });
  }

  for (const call of CALLS) {
    it(`as Node does: console.log(${call.slice(0, 80)})`, () => {
      const values = (0, eval)(`[${call}]`) as unknown[];
      assert.equal(texts.get(call), format(...values));
    });
  }

  it('as Node does, whatever values are nested in each other', async function () {
    this.timeout(60_000);
    const session = await fixture.open({ strict: false });
    const kinds = { withMap: true, withSet: true, withDate: true, withBigInt: true, withTypedArray: true, withBoxedValues: true, withNullPrototype: true, withSparseArray: true }; // prettier-ignore
    const sources = fc.sample(fc.anything(kinds), { numRuns: 400, seed: 1 }).map((value) => fc.stringify(value));
    const source = `for (const source of ${JSON.stringify(sources)}) console.log('%O', (0, eval)('(' + source + ')'))`;
    const { events } = await fixture.run(session, source, wide);
    const expected = sources.map((each) => inspect((0, eval)(`(${each})`)));
    assert.deepEqual(lines(events), expected);
  });
});
