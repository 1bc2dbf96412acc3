import assert from 'node:assert/strict';
import { converse } from './conversation.ts';
import { RuntimeFixture } from '../runtime/runtime-fixture.ts';

describe('REPL input', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  after(() => fixture.dispose());
  beforeEach(async () => {
    session = await fixture.open({ isolation: 'shared' });
  });

  it('has the value of its last expression', () =>
    converse(fixture, session, [
      ['1 + 1', '2'],
      ['1; 2', '2'],
      ['var x = 5'],
      ['5; var y = 6', '5'],
      ['function f() {}'],
      ['class K {}'],
      ['if (true) 3', '3'],
      ['for (const i of [1, 2]) i', '2'],
      ['"use strict"', 'use strict'],
      ['try { 4 } finally { 5 }', '4'],
      ['switch (1) { case 1: 7 }', '7'],
      [''],
      ['  \n '],
      [';'],
      ['// nothing'],
      ['/* nothing */'],
      ['#!/usr/bin/env node\n8', '8'],
      ['x = 9 // comment', '9'],
    ]));

  it('reads braces alone as an object', () =>
    converse(fixture, session, [
      ['{a: 1}', '{ a: 1 }'],
      ['  {a: 1}  ', '{ a: 1 }'],
      ['{}', '{}'],
      ['{a: 1}.a', '1'],
      ['{a: 1}, 2', '2'],
      ['{a: 1} // comment', '{ a: 1 }'],
      ['let a = 2'],
      ['{a}', '{ a: 2 }'],
      ['{...{b: 3}, async f() {}}', '{ b: 3, f: [AsyncFunction: f] }'],
      ['{\n  a: 1,\n  b: 2,\n}', '{ a: 1, b: 2 }'],
      ['{a: 1};', '1'],
      ['{ let b = 4; b }', '4'],
      ['{ a = 5 }', '5'],
      ['{a: 1}; {b: 2}', '2'],
      ['{a: await 1}', '{ a: 1 }'],
    ]));

  it('runs once, even when it cannot be an object', () =>
    converse(fixture, session, [
      ['let runs = 0; Error.stackTraceLimit = 0', '0'],
      ['{ a: (runs++, JSON.parse("{")) }', { throws: 'SyntaxError' }],
      ['{ runs++; throw new SyntaxError("mine") }', { throws: 'SyntaxError: mine' }],
      ['runs', '2'],
    ]));

  it('may have many lines, and every kind of line end', () =>
    converse(fixture, session, [
      ['const sum =\n  1 +\n  2\nsum', '3'],
      ['const parts = [\r\n  1,\r\n  2,\r\n]\r\nparts.length', '2'],
      ['`a\nb`.length', '3'],
      ["'a\u2028b\u2029c'.length", '5'],
      ['1\u20282', '2'],
      ['"\\u{1F600}".length', '2'],
      ['"\u{1F600}".length', '2'],
      ['"\\ud800".length', '1'],
    ]));

  it('says where the syntax is wrong', async () => {
    const stackOf = async (input: string): Promise<string | undefined> =>
      (await fixture.run(session, input)).error?.stack;
    assert.equal(await stackOf('foo bar'), "SyntaxError: Unexpected identifier 'bar'\n    at <repl>:1:5");
    assert.equal(await stackOf('1\n  foo bar'), "SyntaxError: Unexpected identifier 'bar'\n    at <repl>:2:7");
    assert.equal(await stackOf('{a: }'), "SyntaxError: Unexpected token '}'\n    at <repl>:1:5");
    assert.match((await stackOf('foo(')) ?? '', /^SyntaxError: .*\n {4}at <repl>:1/);
    assert.equal(await stackOf('let x = 1; let x = 2'), "SyntaxError: Identifier 'x' has already been declared\n    at <repl>:1:16"); // prettier-ignore
  });

  describe('with _ and _error', () => {
    it('has the last value and the last exception', () =>
      converse(fixture, session, [
        ['({ n: 1 })', '{ n: 1 }'],
        ['_', '{ n: 1 }'],
        ['_.n + 1', '2'],
        ['_', '2'],
        ['throw new TypeError("broken")', { throws: 'TypeError: broken' }],
        ['_', '2'],
        ['_error.message', 'broken'],
        ['throw 7', { throws: 'Uncaught 7' }],
        ['_error', '7'],
        ['let x'],
        ['_'],
        ['"text"', 'text'],
        ['[_, typeof _]', "[ 'text', 'string' ]"],
      ]));

    it('leaves _ to those who assign it', () =>
      converse(fixture, session, [
        ['1', '1'],
        ['_ = 5', '5'],
        ['2', '2'],
        ['_', '5'],
        ['_error = 6', '6'],
        ['throw 8', { throws: 'Uncaught 8' }],
        ['_error', '6'],
      ]));

    it('leaves _ to a library, as a global and as a declaration', async () => {
      await converse(fixture, session, [
        ['globalThis._ = { map: 1 }', '{ map: 1 }'],
        ['2', '2'],
        ['_.map', '1'],
      ]);
      await converse(fixture, await fixture.open({ isolation: 'shared' }), [
        ['const _ = { map: 2 }'],
        ['3', '3'],
        ['_.map', '2'],
        ['_error'],
      ]);
      await converse(fixture, await fixture.open({ isolation: 'shared' }), [
        ['var _ = { map: 3 }; function _error() {}'],
        ['3', '3'],
        ['_.map + typeof _error', '3function'],
      ]);
    });

    it('is not seen by code that lists the globals', () =>
      converse(fixture, session, [
        ['1', '1'],
        ['_', '1'],
        ["Object.keys(globalThis).filter((name) => name.startsWith('_'))", '[]'],
      ]));
  });

  describe('with the setting strict', () => {
    const SLOPPY_ONLY = ['undeclared = 1', 'with ({ a: 1 }) a', '010', 'delete Object.prototype', 'yield = 1'] as const;

    it('is strict by default', async () => {
      for (const input of SLOPPY_ONLY) assert.equal((await fixture.run(session, input)).status, 'error', input);
      await converse(fixture, session, [['(function () { return this })()']]);
    });

    it('is sloppy when the template says so', async () => {
      session = await fixture.open({ strict: false, isolation: 'shared' });
      for (const input of SLOPPY_ONLY) assert.equal((await fixture.run(session, input)).status, 'ok', input);
      await converse(fixture, session, [
        ['(function () { return this === globalThis })()', 'true'],
        ['"use strict"; (function () { return this })()'],
      ]);
    });

    it('leaves to Function and indirect eval their own mode', () =>
      converse(fixture, session, [
        ["Function('return this')() === globalThis", 'true'],
        ["(0, eval)('var fromEval = 1; fromEval')", '1'],
      ]));

    it('does not change what neighbours in the same host have', async () => {
      const sloppy = await fixture.open({ strict: false, isolation: 'shared' });
      const strict = await fixture.open({ strict: true, isolation: 'shared' });
      assert.equal((await fixture.run(sloppy, 'undeclared = 1')).status, 'ok');
      assert.equal((await fixture.run(strict, 'undeclared = 1')).status, 'error');
      assert.equal((await fixture.run(sloppy, 'another = 1')).status, 'ok');
    });
  });
});
