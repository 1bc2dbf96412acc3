import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { makeFormat } from '../../daemon/host/guest/format.ts';
import { makeInspect } from '../../daemon/host/guest/inspect.ts';
import { layOut } from '../../daemon/host/guest/layout.ts';

class Point {
  x = 1;
  #secret = 2;
  get sum(): number {
    return this.x + this.#secret;
  }
}
class Point3 extends Point {
  z = 3;
}
const circular: Record<string, unknown> = { name: 'loop' };
circular['self'] = circular;
circular['list'] = [circular];
const sparse: unknown[] = Object.assign(new Array(3), { 0: 1, 2: 3 });

/** Values that are shown as Node shows them. */
const VALUES: readonly unknown[] = [
  1, -0, NaN, 'text', "it's", `both ' and "`, 'line\nbreak\t\u0001', true, null, undefined, 12n, Symbol('s'), Symbol.iterator,
  [], {}, [1, 'a', null], { a: 1, 'b-c': 2, [Symbol('k')]: 3 }, [[[[1]]]], { a: { b: { c: { d: 1 } } } }, { a: { b: { c: {} } } },
  [undefined, [null]], sparse, Array.from({ length: 7 }, (_, i) => i), Array.from({ length: 120 }, (_, i) => i * 3),
  Array.from({ length: 30 }, (_, i) => `item ${i}`), Object.assign([1], { extra: true }),
  { long: 'x'.repeat(40), longer: 'y'.repeat(40) }, { a: ['x'.repeat(30), 'y'.repeat(30), 'z'.repeat(30)] },
  new Map<unknown, unknown>([['a', 1], [{ k: 1 }, [2]]]), new Set([1, 'two']), new Map(), new WeakMap(), new Set([new Set([1])]),
  new Date(0), new Date(NaN), /a+b/gi, () => 1, function named() { return 1 }, class {}, Point, Point3, async () => 1, // eslint-disable-line @typescript-eslint/no-extraneous-class, @typescript-eslint/require-await
  function* generate() { yield 1 }, new Point(), new Point3(), Object.create(null), Object.assign(Object.create(null) as object, { a: 1 }),
  circular, { get a() { return 1 } }, { set a(_v: number) { /* nothing */ } }, new Uint8Array([1, 2, 3]), new Float64Array(2),
  Object(1), Object('boxed'), Object(Symbol('b')), { f() { return 1 } }, Math, JSON, globalThis.Atomics,
  [new Point()], { when: new Date(1e12) }, [['a', 1], ['b', 2]], { und: undefined, nul: null },
]; // prettier-ignore

describe('guest: showing values', () => {
  const show = makeInspect(layOut);
  for (const value of VALUES) {
    const expected = inspect(value);
    it(`as Node does: ${expected.replaceAll(/\s+/g, ' ').slice(0, 60)}`, () => {
      assert.equal(show(value), expected);
    });
  }

  it('as Node does, whatever they hold', () => {
    const anything = fc.anything({
      withMap: true,
      withSet: true,
      withDate: true,
      withBigInt: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        assert.equal(show(value), inspect(value));
      }),
      { numRuns: 300 },
    );
  });

  it('shows more than a hundred elements with a count', () => {
    assert.match(show(Array.from({ length: 1234 }, () => 'x')), /\.\.\. 1134 more items\n\]$/);
    assert.match(show(new Set(Array.from({ length: 101 }, (_, i) => i))), /\.\.\. 1 more item\n\}$/);
  });

  it('takes a depth', () => {
    const deep = { a: { b: { c: { d: 1 } } } };
    assert.equal(show(deep, 0), inspect(deep, { depth: 0 }));
    assert.equal(show(deep, Infinity), inspect(deep, { depth: Infinity }));
  });
});

describe('guest: formatting lines', () => {
  const own = makeFormat(makeInspect(layOut));
  const calls: readonly (readonly unknown[])[] = [
    [], ['plain'], [1, 'two', [3]], ['%s and %s', 'a', 'b', 'c'], ['%d %i %f', '42', 3.9, '1.5'], ['%d', 5n], ['%s', null], ['%s', 12n],
    ['%j', { a: 1 }], ['%o %O', { a: 1 }, { b: { c: { d: {} } } }], ['100%', 1], ['%% %s', 'x'], ['%x', 1], ['%c styled', 'color: red'],
    ['%s', { a: { b: 1 } }], ['%s', Symbol('s')], [{ a: 1 }, '%s', 'x'], ['%s'], ['%d', {}], ['a', undefined, null],
  ]; // prettier-ignore
  for (const values of calls) {
    it(`as Node does: ${values.map((value) => inspect(value)).join(', ')}`, () => {
      assert.equal(own(values), format(...values));
    });
  }
});
