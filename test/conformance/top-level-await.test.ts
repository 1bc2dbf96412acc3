import assert from 'node:assert/strict';
import { converse, type Exchange } from './conversation.ts';
import { RuntimeFixture } from '../runtime/runtime-fixture.ts';

/** What Node's own REPL is tested with, as a conversation: test-repl-top-level-await and -preprocess-top-level-await. */
const NODE_REPL: Exchange[] = [
  ['function foo(x) { return x; }'],
  ['function koo() { return Promise.resolve(4); }'],
  ['await Promise.resolve(0)', '0'],
  ['{ a: await Promise.resolve(1) }', '{ a: 1 }'],
  ['_', '{ a: 1 }'],
  ['let { aa, bb } = await Promise.resolve({ aa: 1, bb: 2 }), f = 5;'],
  ['aa', '1'],
  ['bb', '2'],
  ['f', '5'],
  ['let cc = await Promise.resolve(2)'],
  ['cc', '2'],
  ['let dd;'],
  ['dd'],
  ['let [ii, { abc: { kk } }] = [0, { abc: { kk: 1 } }];'],
  ['ii', '0'],
  ['kk', '1'],
  ['var ll = await Promise.resolve(2);'],
  ['ll', '2'],
  ['foo(await koo())', '4'],
  ['_', '4'],
  ['const m = foo(await koo());'],
  ['m', '4'],
  ['const n = foo(await\nkoo());'],
  ['n', '4'],
  ['`status: ${(await Promise.resolve({ status: 200 })).status}`', 'status: 200'],
  ['for (let i = 0; i < 2; ++i) await i'],
  ['for (let i = 0; i < 2; ++i) { await i }'],
  ['await 0', '0'],
  ['await 0; function foo() {}'],
  ['foo', '[Function: foo]'],
  ['class Foo {}; await 1;', '1'],
  ['Foo', '[class Foo]'],
  ['if (await true) { function bar() {}; }'],
  ['bar', '[Function: bar]'],
  ['if (await true) { class Bar {}; }'],
  ['Bar', { throws: 'ReferenceError: Bar is not defined' }],
  ['await 0; function* gen(){}'],
  ['for (var i = 0; i < 10; ++i) { await i; }'],
  ['i', '10'],
  ['for (let j = 0; j < 5; ++j) { await j; }'],
  ['j', { throws: 'ReferenceError: j is not defined' }],
  ['gen', '[GeneratorFunction: gen]'],
  ['return 42; await 5;', { throws: 'SyntaxError: Illegal return statement' }],
  ['let o = await 1, p'],
  ['p'],
  ['let q = 1, s = await 2'],
  ['s', '2'],
  ['for await (let i of [1,2,3]) console.log(i)', { logs: ['1', '2', '3'] }],
  ['await Promise..resolve()', { throws: "SyntaxError: Unexpected token '.'" }],
  ['for (const x of [1,2,3]) {\nawait x\n}'],
  ['for (const x of [1,2,3]) {\nawait x;\n}'],
  ['for await (const x of [1,2,3]) {\nconsole.log(x)\n}', { logs: ['1', '2', '3'] }],
  ['for await (const x of [1,2,3]) {\nconsole.log(x);\n}', { logs: ['1', '2', '3'] }],
  ['await Promise.resolve(123), Promise.resolve(456)', /^Promise \{ 456 \}$/],
  ['await Promise.resolve(123), await Promise.resolve(456)', '456'],
  ['await (Promise.resolve(123), Promise.resolve(456))', '456'],
];

const FAMILY = '"\u{1F601}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}"';

/** What Node's rewriting of awaiting input is tested with: the input, and what can be seen of it afterwards. */
const NODE_REWRITING: Exchange[] = [
  ['0', '0'],
  ['await 0', '0'],
  [`await ${FAMILY}`, FAMILY.slice(1, -1)],
  ['await 0;', '0'],
  ['await 0;;;', '0'],
  [`await ${FAMILY};`, FAMILY.slice(1, -1)],
  ['(await 0)', '0'],
  [`(await ${FAMILY})`, FAMILY.slice(1, -1)],
  ['(await 0);', '0'],
  [`(await ${FAMILY});`, FAMILY.slice(1, -1)],
  ['async function foo() { await 0; }'],
  ['async () => await 0', '[AsyncFunction (anonymous)]'],
  ['class A { async method() { await 0 } }'],
  ['await 0; return 0;', { throws: 'SyntaxError: Illegal return statement' }],
  [`await 1; await ${FAMILY};`, FAMILY.slice(1, -1)],
  ['var a = await 1'],
  ['a', '1'],
  [`var a = await ${FAMILY}`],
  ['a === globalThis.a', 'true'],
  ['let a1 = await 1'],
  ['a1 = 2; a1', '2'],
  ['const a2 = await 1'],
  ['a2', '1'],
  ['for (var i = 0; i < 1; ++i) { await i }'],
  ['i', '1'],
  ['for (let i2 = 0; i2 < 1; ++i2) { await i2 }'],
  ['i2', { throws: 'ReferenceError: i2 is not defined' }],
  ['var {a} = {a:1}, [b] = [1], {c:{d}} = {c:{d: await 1}}'],
  ['[a, b, d]', '[ 1, 1, 1 ]'],
  ['let [a3, b3, c3] = await ([1, 2, 3])'],
  ['[a3, b3, c3]', '[ 1, 2, 3 ]'],
  ['let {a4,b4,c4} = await ({a4: 1, b4: 2, c4: 3})'],
  ['[a4, b4, c4]', '[ 1, 2, 3 ]'],
  ['let {a: [b5]} = {a: [await 1]}, [{d5}] = [{d5: 3}]'],
  ['[b5, d5]', '[ 1, 3 ]'],
  ['console.log(`${(await { a: 1 }).a}`)', { logs: ['1'] }],
  ['await 0; function foo1() {}'],
  ['[foo1, globalThis.foo1 === foo1]', '[ [Function: foo1], true ]'],
  ['await 0; class Foo1 {}'],
  ['Foo1', '[class Foo1]'],
  ['if (await true) { function foo2() {} }'],
  ['foo2', '[Function: foo2]'],
  ['if (await true) { class Foo2{} }'],
  ['Foo2', { throws: 'ReferenceError: Foo2 is not defined' }],
  ['if (await true) { var a6 = 1; }'],
  ['a6', '1'],
  ['if (await true) { let a7 = 1; }'],
  ['a7', { throws: 'ReferenceError: a7 is not defined' }],
  ['var a8 = await 1; let b8 = 2; const c8 = 3;'],
  ['[a8, b8, c8]', '[ 1, 2, 3 ]'],
  ['let o = await 1, p'],
  ['[o, p]', '[ 1, undefined ]'],
  ['await (async () => { let p = await 1; return p; })()', '1'],
  ['{ let p9 = await 1; }'],
  ['p9', { throws: 'ReferenceError: p9 is not defined' }],
  ['var p10 = await 1'],
  ['p10', '1'],
  ['await (async () => { var p11 = await 1; return p11; })()', '1'],
  ['p11', { throws: 'ReferenceError: p11 is not defined' }],
  ['{ var p12 = await 1; }'],
  ['p12', '1'],
  ['const asyncIterable = (async function* () { yield* [[1], [2]]; })();'],
  ['for await (var i of asyncIterable) { i; }'],
  ['i', '[ 2 ]'],
  ['for await (var [i] of [[3], [4]]) { i; }'],
  ['i', '4'],
  ['for await (var {i} of [{i: 5}]) { i; }'],
  ['i', '5'],
  ['for await (var [{i}, [j]] of [[{i: 6}, [7]]]) { i; }'],
  ['[i, j]', '[ 6, 7 ]'],
  ['for await (let i of [8]) { i; }'],
  ['for await (const i of [9]) { i; }'],
  ['i', '6'],
  ['for (var i of [1,2,3]) { await 1; }'],
  ['i', '3'],
  ['for (var [i] of [[1], [2]]) { await 1; }'],
  ['i', '2'],
  ['for (var {i} of [{i: 1}, {i: 2}]) { await 1; }'],
  ['i', '2'],
  ['for (var [{i}, [j]] of [[{i: 1}, [2]]]) { await 1; }'],
  ['[i, j]', '[ 1, 2 ]'],
  ['for (let i of [1,2,3]) { await 1; }'],
  ['for (const i of [1,2,3]) { await 1; }'],
  ['i', '1'],
  ['for (var i in {x:1}) { await 1 }'],
  ['i', 'x'],
  ['for (var [a,b] in {xy:1}) { await 1 }'],
  ['a + b', 'xy'],
  ['for (let i in {z:1}) { await 1 }'],
  ['for (const i in {z:1}) { await 1 }'],
  ['i', 'x'],
  ['var x = await foo3(); async function foo3() { return Promise.resolve(1);}'],
  ['[x, typeof foo3]', "[ 1, 'function' ]"],
  ['(await ({ y: 1 })).y', '1'],
  ['await (await ({ y: Promise.resolve(2) })).y', '2'],
  ['var { ...rest } = await {}'],
  ['rest', '{}'],
];

describe('top-level await in the REPL', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  // Node's REPL is sloppy: a function declared in a block is seen outside of it.
  it('is as in the REPL of Node', async () => {
    await converse(fixture, await fixture.open({ strict: false }), NODE_REPL);
  });

  it('leaves what it declares as Node does', async () => {
    await converse(fixture, await fixture.open({ strict: false }), NODE_REWRITING);
  });

  it('declares constants that stay constant', async () => {
    await converse(fixture, await fixture.open(), [
      ['const c = await 1'],
      ['c = 2', { throws: 'TypeError: Assignment to constant variable.' }],
    ]);
  });

  it('can be interrupted while it waits', async () => {
    const session = await fixture.open();
    await fixture.run(session, 'let kept = 1');
    const waiting = fixture.run(session, 'await new Promise(() => {})');
    fixture.runtime.interrupt(session);
    assert.equal((await waiting).status, 'cancelled');
    await converse(fixture, session, [['kept', '1']]);
  });
});
