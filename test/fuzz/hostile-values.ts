import fc, { type Arbitrary } from 'fast-check';

/** Text that has broken programs before. */
const HOSTILE_STRINGS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '../../../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd',
  '/dev/zero',
  '/proc/self/mem',
  '//',
  '.',
  '..',
  '~root',
  'file:///etc/passwd',
  'http://127.0.0.1:1/',
  "'; DROP TABLE vm; --",
  '%',
  '%00',
  '%2e%2e%2f',
  '%n%s%s%s',
  '${7*7}',
  '\ud800',
  '\udfff\ud800',
  '\u202etxt.exe',
  '\ufeff',
  '\u2028\u2029',
  'ＡＢＣ',
  '😀'.repeat(300),
  'a'.repeat(100_000),
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e999',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '01890f3a-0000-7000-8000-00000000000',
  '\r\nSet-Cookie: a=b',
  '--help',
  '@scope/../../x',
  'git+ssh://x/y',
  'npm:lodash@1',
  'x@file:../x',
];

export const hostileStrings: Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE_STRINGS), weight: 3 },
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** JSON values that nobody expects. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  hostileStrings,
  fc.constantFrom(null, true, 0, -1, 1.5, 1e308, -1e308, Number.MAX_SAFE_INTEGER, 2 ** 31, 2 ** 63, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
  fc.integer({ min: 1, max: 400 }).map(nested),
  fc.constant(Object.fromEntries([['__proto__', { polluted: true }]])),
  fc.constant({ constructor: { prototype: { polluted: true } } }),
  fc.constant(Array.from({ length: 2_000 }, (_, index) => index)),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Code as guests may send it: values of all kinds, exceptions, floods, endless loops, and no code at all. */
export const guestCode: Arbitrary<string> = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      '1 + 1',
      'globalThis.count = (globalThis.count ?? 0) + 1',
      'const value = { a: [1, { b: new Map([[1, 2]]) }] }; value',
      '({ toString() { throw 1 }, toJSON() { throw 2 }, get a() { throw 3 } })',
      'new Proxy({}, { get() { throw new Error("no") }, ownKeys() { throw new Error("no") } })',
      'throw new Error("wanted")',
      'throw null',
      'throw { toString: null }',
      'Promise.reject(new Error("later"))',
      'console.log("a", { b: 1 }, Symbol("c"))',
      'for (let i = 0; i < 200; i++) console.log(i)',
      'await null; 5n',
      '"\\ud800"',
      'NaN',
      'Symbol("s")',
      'function f() { return f() } f()',
      'let a = ',
      'import("nowhere")',
      'require("fs")',
      'process.exit(1)',
      'delete globalThis.console; Object.prototype.x = 1; Array.prototype.push = null',
      'setTimeout(() => console.log("later"), 5)',
      'new WebAssembly.Memory({ initial: 1 })',
      '',
    ),
    weight: 24,
  },
  {
    arbitrary: fc.constantFrom('for (;;) {}', 'await new Promise(() => {})', 'while (true) console.log(1)'),
    weight: 1,
  },
  { arbitrary: hostileStrings, weight: 4 },
);
