import assert from 'node:assert/strict';
import { expressionScript } from '../../daemon/host/expression-line.ts';

describe('host: lines that are one expression', () => {
  it('are known', () => {
    const lines = [
      '1 + 1',
      'x = 5;',
      " f(a, \"b)\", '\\'') ; ",
      'list.map(n => n * 2)',
      '[1, 2].filter((n) => { const m = n; return m > 1; })',
      '{a: 1}',
      '10 / 4 / 2',
      'a[0] / b() / 2',
      'x = function () { return 1 }',
      'x = class { a = 1; b = 2 }',
      'console.log("if (x) { await y }"[0])'.replace('await', 'wait'),
    ];
    for (const line of lines) assert.notEqual(expressionScript(line), undefined, line);
  });

  it('are told from statements, declarations and what awaits', () => {
    const lines = [
      'let x = 1',
      'const f = () => 1',
      'class A {}',
      'function f() {}',
      'async function f() {}',
      'if (a) b',
      'for (;;);',
      'await f()',
      'f(await g())',
      'import("x")',
      'a; b',
      '{ a: 1 };',
      '{ a; b };',
    ];
    for (const line of lines) assert.equal(expressionScript(line), undefined, line);
  });

  it('are closed in themselves, as far as that can be seen at once', () => {
    const lines = [
      '1)); ((2',
      '1)}; try{((2',
      ') + (',
      '[(])',
      '}',
      '{',
      '"a',
      '"a\n"',
      "'\\",
      '`${1}`',
      '/[)]/.test(")")',
      'a = /"/',
      'typeof /(/',
      'typeof /"/)); f(); ((typeof /"a/',
      '(() => { if (0) /"/ }))); f(); (((() => { if (0) /"a/ })',
      '1 // one',
      '1 /* one */',
      '1 <!-- one',
      '\n--> one',
      'l\\u0065t',
    ];
    for (const line of lines) assert.equal(expressionScript(line), undefined, line);
  });

  it('are judged at once, whatever is in them', () => {
    const started = performance.now();
    for (const filling of [' ', '\n', ';', '; ', '(', '"', '/', '1/', '{;', '<!-']) {
      for (const around of ['', '1', '{', '"']) {
        expressionScript(around + filling.repeat(9_900 / filling.length) + around);
      }
    }
    assert.ok(performance.now() - started < 1_000);
  });

  it('are no longer than a line is', () => {
    assert.notEqual(expressionScript('1'.repeat(10_000)), undefined);
    assert.equal(expressionScript('1'.repeat(10_001)), undefined);
  });
});
