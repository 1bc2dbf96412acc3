import assert from 'node:assert/strict';
import { converse, type Exchange } from './conversation.ts';
import { RuntimeFixture } from '../runtime/runtime-fixture.ts';

const TAKEN = (name: string): { throws: string } => ({
  throws: `SyntaxError: Identifier '${name}' has already been declared`,
});
const CONSTANT = { throws: 'TypeError: Assignment to constant variable.' };
const TOO_EARLY = { throws: 'ReferenceError' };

/** What V8's own REPL mode is tested with (debug-evaluate-repl-mode and evaluate-repl-*), one topic after the other. */
const TOPICS: Record<string, Exchange[]> = {
  'let over let': [
    ['let x = 7;'],
    ['x;', '7'],
    ['let x = 8; let x = 9;', TAKEN('x')],
    ['x;', '7'],
    ['let x = 8;'],
    ['x;', '8'],
    ['function getter() { return x; }'],
    ['getter();', '8'],
    ['x = 9;', '9'],
    ['getter();', '9'],
    ['let x = 10;'],
    ['x;', '10'],
    ['getter();', '10'],
    ['{ let z; x = 11; } x;', '11'],
    ['{ let z; let x = 12; } x;', '11'],
    ['{ let qq = 10; } qq;', { throws: 'ReferenceError: qq is not defined' }],
    ['let y = 7; let y = 8;', TAKEN('y')],
  ],
  'let before its declaration': [
    ['a; let a = 7;', TOO_EARLY],
    ['a;', TOO_EARLY],
    ['a = 7;', { throws: "ReferenceError: Cannot access 'a' before initialization" }],
    ['let a = 8;'],
    ['a;', '8'],
    ['b = 10; let b;', { throws: "ReferenceError: Cannot access 'b' before initialization" }],
    ['b = 10; let b;', { throws: "ReferenceError: Cannot access 'b' before initialization" }],
    ['b = 10; let b = 7;', { throws: "ReferenceError: Cannot access 'b' before initialization" }],
    ['let b = 11;'],
    ['b;', '11'],
    ['let l9;'],
    ['l9; let l9;'],
    ['l9;'],
  ],
  'class over class': [['class K {};'], ['class K { two() {} };'], ['typeof K.prototype.two', 'function']],
  'const over const': [
    ['const c = 7;'],
    ['c;', '7'],
    ['let c = 8; let c = 9;', TAKEN('c')],
    ['c;', '7'],
    ['const c = 8;'],
    ['c;', '8'],
    ['c = 11;', CONSTANT],
    ['c;', '8'],
    ['function getter() { return c; }'],
    ['getter();', '8'],
    ['const c = 10;'],
    ['c;', '10'],
    ['getter();', '10'],
    ['{ let z; c = 11; };', CONSTANT],
    ['c;', '10'],
    ['{ let z; const c = 12; } c;', '10'],
    ['{ const qq = 10; } qq;', { throws: 'ReferenceError: qq is not defined' }],
    ['const d = 9; const d = 10;', TAKEN('d')],
  ],
  'const before its declaration': [
    ['e; const e = 7;', TOO_EARLY],
    ['e;', TOO_EARLY],
    ['const e = 8;'],
    ['e;', '8'],
    ['f = 10; const f = 7;', CONSTANT],
    ['const f = 11;'],
    ['f;', '11'],
  ],
  'let and const': [
    ['let z = 10;'],
    ['const z = 9;', TAKEN('z')],
    ['z;', '10'],
    ['const g = 12;'],
    ['let g = 13;', TAKEN('g')],
    ['g;', '12'],
    ['let h = 13; const h = 14;', TAKEN('h')],
    ['const i = 13; let i = 14;', TAKEN('i')],
  ],
  'names of properties of the global object': [
    ["void Object.defineProperty(globalThis, 'j', { value: 1, configurable: true });"],
    ['j;', '1'],
    ['let j = 2;'],
    ['j;', '2'],
    ["void Object.defineProperty(globalThis, 'k', { value: 1, configurable: false });"],
    ['k;', '1'],
    ['let k = 2;', TAKEN('k')],
    ['k;', '1'],
    ["void Object.defineProperty(globalThis, 'k2', { value: 1, configurable: false });\nlet k2 = 2;"],
    ['k2;', '2'],
    ['globalThis.k2;', '1'],
    ["void Object.defineProperty(globalThis, 'k3', { value: 1, configurable: true });"],
    ['k3;', '1'],
    ['let k3 = 2;'],
    ['k3;', '2'],
    ['globalThis.k3;', '1'],
    ["void Object.defineProperty(globalThis, 'k4', { value: 1, configurable: true });\nlet k4 = 2;"],
    ['k4;', '2'],
    ['globalThis.k4;', '1'],
    ["void Object.defineProperty(globalThis, 'k12', { value: 1, configurable: false });"],
    ['k12;', '1'],
    ['const k12 = 2;', TAKEN('k12')],
    ['k12;', '1'],
    ["void Object.defineProperty(globalThis, 'k13', { value: 1, configurable: false });\nconst k13 = 2;"],
    ['k13;', '2'],
    ['globalThis.k13;', '1'],
    ["void Object.defineProperty(globalThis, 'k14', { value: 1, configurable: true });"],
    ['k14;', '1'],
    ['const k14 = 2;'],
    ['k14;', '2'],
    ['globalThis.k14;', '1'],
    ["void Object.defineProperty(globalThis, 'k15', { value: 1, configurable: true });\nconst k15 = 2;"],
    ['k15;', '2'],
    ['globalThis.k15;', '1'],
  ],
  'var and let': [
    ['var k5 = 1; let k5 = 2;', TAKEN('k5')],
    ['var k6 = 1;'],
    ['let k6 = 2;', TAKEN('k6')],
    ['let k7 = 1; var k7 = 2;', TAKEN('k7')],
    ['let k8 = 1;'],
    ['var k8 = 2;', TAKEN('k8')],
    ['var k9 = 1; var k9 = 2;'],
    ['k9;', '2'],
    ['var k10 = 1;'],
    ['var k10 = 2;'],
    ['k10;', '2'],
    ['globalThis.k10;', '2'],
    ['typeof k11', 'undefined'],
  ],
  'functions that see what is declared anew': [
    ['let fn1 = function() { return 21; }'],
    ['fn1()', '21'],
    ['let fn1 = function() { return 42; }'],
    ['fn1()', '42'],
    ['let l10 = 21;'],
    ['let l10 = 42; function fn2() { return l10; }'],
    ["let l10 = 'foo';"],
    ['fn2()', 'foo'],
    ['const fn3 = function() { return 21; }'],
    ['fn3()', '21'],
    ['const fn3 = function() { return 42; }'],
    ['fn3()', '42'],
    ['const l11 = 21;'],
    ['const l11 = 42; function fn4() { return l11; }'],
    ["const l11 = 'foo1';"],
    ['fn4()', 'foo1'],
  ],
  promises: [
    ['5;', '5'],
    ['let x = await Promise.resolve(42);'],
    ['x', '42'],
    ['throw new Error("ba dumb tsh");', { throws: 'Error: ba dumb tsh' }],
    ['await Promise.reject("Reject promise!");', { throws: 'Uncaught ' }],
    ['let y = Promise.resolve(21);'],
    ['y', 'Promise { 21 }'],
    ['throw undefined;', { throws: 'Uncaught undefined' }],
    ['Promise.prototype.then = () => { throw Error("you shall not evaluate") }; 0', '0'],
    ['42', '42'],
    ['await 43', '43'],
  ],
  'what is disposed never': [
    ['using x = { value: 1, [Symbol.dispose]() { throw new Error("fail"); } };'],
    ['x.value', '1'],
    ['await using y = { value: 2, [Symbol.asyncDispose]() { throw new Error("fail"); } };'],
    ['y.value', '2'],
  ],
  'wrong code': [
    ['if (true) const x', { throws: 'SyntaxError' }],
    ['5 + 3', '8'],
    ['5 + 3', '8'],
    ['a=[/a/]', { throws: 'ReferenceError: a is not defined' }],
    ['var a=[/a/]; a.toString()', '/a/'],
  ],
};

describe('declarations in the REPL', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  for (const [topic, lines] of Object.entries(TOPICS)) {
    it(`as in V8's REPL mode: ${topic}`, async () => {
      await converse(fixture, await fixture.open({ isolation: 'shared' }), lines);
    });
  }

  it('may be repeated by a file that is run again', async () => {
    const session = await fixture.open();
    const source = 'const c = 1; let l = 2; class K {}; [c, l]';
    for (let i = 0; i < 2; i++) {
      const { error, result } = await fixture.run(session, source, {}, { kind: 'run_file', file: '/a.js' });
      assert.equal(result?.preview, '[ 1, 2 ]', error?.message);
    }
    await converse(fixture, session, [['let l = 3'], ['l', '3']]);
  });
});
