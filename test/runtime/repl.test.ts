import assert from 'node:assert/strict';
import { RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: REPL input', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  const run = (source: string): ReturnType<RuntimeFixture['run']> => fixture.run(session, source);
  const preview = (source: string): Promise<string> => fixture.preview(session, source);

  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());

  it('gives the completion value as a value event and as the result', async () => {
    const { status, result, events, error } = await run('const seed = 40; seed + 2');
    assert.equal(status, 'ok');
    assert.equal(error, undefined);
    assert.deepEqual(result, { type: 'number', preview: '42', json: 42 });
    assert.deepEqual(
      events.map(({ type, payload }) => ({ type, payload })),
      [{ type: 'value', payload: result }],
    );
  });

  const values: readonly (readonly [string, object])[] = [
    ['"text"', { type: 'string', preview: 'text', json: 'text' }],
    ['undefined', { type: 'undefined', preview: 'undefined' }],
    ['let declared = 1', { type: 'undefined', preview: 'undefined' }],
    ['null', { type: 'null', preview: 'null', json: null }],
    ['true', { type: 'boolean', preview: 'true', json: true }],
    ['-0', { type: 'number', preview: '-0' }],
    ['NaN', { type: 'number', preview: 'NaN' }],
    ['12n', { type: 'bigint', preview: '12n' }],
    ['Symbol("s")', { type: 'symbol', preview: 'Symbol(s)' }],
    ['[1, { a: "b" }]', { type: 'object', preview: "[ 1, { a: 'b' } ]", json: [1, { a: 'b' }] }],
    ['(function named() {})', { type: 'function', preview: '[Function: named]' }],
    ['new Map([[1, 2]])', { type: 'object', preview: 'Map(1) { 1 => 2 }' }],
    ['new Date(0)', { type: 'object', preview: '1970-01-01T00:00:00.000Z', json: '1970-01-01T00:00:00.000Z' }],
    ['Promise.resolve(5)', { type: 'object', preview: 'Promise { 5 }' }],
    ['new Promise(() => {})', { type: 'object', preview: 'Promise { <pending> }' }],
    ['', { type: 'undefined', preview: 'undefined' }],
    ['// nothing', { type: 'undefined', preview: 'undefined' }],
  ];
  for (const [source, expected] of values) {
    it(`shows ${source === '' ? 'empty input' : source}`, async () => {
      const { result } = await run(source);
      assert.deepEqual(result, expected);
    });
  }

  it('leaves json out above 65,536 characters, and where it is nested beyond reason', async () => {
    const { result: longest } = await run('"x".repeat(65_534)');
    assert.equal(typeof longest?.json, 'string');
    const { result: longer } = await run('"x".repeat(65_535)');
    assert.deepEqual(Object.keys(longer ?? {}), ['type', 'preview']);
    const { result: deep } = await run('let nested = []; for (let i = 0; i < 30_000; i++) nested = [nested]; nested');
    assert.ok(deep !== undefined);
    assert.equal(deep.preview, '[ [ [ [Array] ] ] ]');
    assert.equal('json' in deep, false);
  });

  it('shows large values in part, and stays within its memory', async () => {
    const { result: many } = await run('new Array(1e7).fill(1)');
    assert.match(many?.preview ?? '', /\.\.\. 9999900 more items\n\]$/);
    assert.equal('json' in (many ?? {}), false);
    const { result: wide } = await run('Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ["k" + i, i]))');
    assert.match(wide?.preview.slice(-60) ?? '', /more/);
    assert.ok((wide?.preview.length ?? 0) < 100_000);
    const { result: sparse } = await run('const holes = []; holes[1e9] = 1; holes');
    assert.equal(sparse?.preview, '[ <1000000000 empty items>, 1 ]');
    const { error } = await run('"x".repeat(1e7)');
    assert.equal(error?.code, 'OUTPUT_LIMIT_EXCEEDED');
  });

  it('keeps state, and lets let, const and class be declared again', async () => {
    await run('let a = 1; const b = 2; class C { x = 1 }; function f() { return a + b } var v = 5');
    assert.equal(await preview('f() + v + new C().x'), '9');
    await run('let a = 10; const b = 20; class C { x = 100 }');
    assert.equal(await preview('f() + v + new C().x'), '135');
  });

  it('awaits at the top level', async () => {
    assert.equal(await preview('const awaited = await Promise.resolve(7); awaited'), '7');
    assert.equal(
      await preview('for await (const x of [Promise.resolve(3)]) awaitedIn = x; var awaitedIn; awaitedIn'),
      '3',
    );
  });

  it('reads an object where an object was meant', async () => {
    assert.equal(await preview('{a: 1}'), '{ a: 1 }');
    assert.equal(await preview('{a: 1, b: {c: 2}} // with a comment'), '{ a: 1, b: { c: 2 } }');
    assert.equal(await preview('{ let x = 3; x }'), '3');
    assert.equal(await preview('{a: 1};'), '1');
    assert.equal(await preview('{}'), '{}');
  });

  it('remembers the last result and the last exception until someone defines them', async () => {
    await run('6 * 7');
    assert.equal(await preview('_ + 1'), '43');
    assert.equal(await preview('({ kept: _ })'), '{ kept: 43 }');
    assert.equal(await preview('_.kept'), '43');
    await run('throw new TypeError("remembered")');
    assert.equal(await preview('_error.message'), 'remembered');
    await run('var _ = { mine: 1 }');
    await run('99');
    assert.equal(await preview('_.mine'), '1');
  });

  it('runs in strict mode', async () => {
    const { error } = await run('undeclared = 1');
    assert.equal(error?.message, 'ReferenceError: undeclared is not defined');
    assert.equal(await preview('(function () { return this })()'), 'undefined');
    assert.equal(
      await preview('new Function("return this")() === globalThis'),
      'true',
      'functions made from text are not',
    );
  });

  it('runs in sloppy mode where the template says so', async () => {
    const sloppy = await fixture.open({ strict: false });
    assert.equal(await fixture.preview(sloppy, 'undeclared = 1; undeclared'), '1');
    assert.equal(await fixture.preview(sloppy, '(function () { return this === globalThis })()'), 'true');
    await fixture.runtime.close(sloppy, 'the test is over');
  });

  it('reports an exception with the stack of the user alone', async () => {
    const { status, error, events } = await run('\nfunction outer() {\n  [1].map(() => null.x);\n}\nouter()');
    assert.equal(status, 'error');
    const message = "TypeError: Cannot read properties of null (reading 'x')";
    const stack = [message, '<repl>:3:22', 'Array.map (<anonymous>)', 'outer (<repl>:3:7)', '<repl>:5:1'].join(
      '\n    at ',
    );
    assert.deepEqual(error, { code: 'JS_EXCEPTION', name: 'TypeError', message, stack });
    assert.deepEqual(
      events.map(({ type, payload }) => ({ type, payload })),
      [{ type: 'exception', payload: { name: 'TypeError', message, stack } }],
    );
  });

  const thrown: readonly (readonly [string, string, string | undefined])[] = [
    ['throw 5', 'Uncaught 5', undefined],
    ['throw "text"', 'Uncaught text', undefined],
    ['throw null', 'Uncaught null', undefined],
    ['throw { code: 1 }', 'Uncaught { code: 1 }', undefined],
    ['class Own extends Error { name = "Own" }; throw new Own("mine")', 'Own: mine', 'Own'],
    ['await Promise.reject(new RangeError("late"))', 'RangeError: late', 'RangeError'],
    ['var a =; 3', "SyntaxError: Unexpected token ';'", 'SyntaxError'],
    ['throw new Error("two\\nlines")', 'Error: two\nlines', 'Error'],
  ];
  for (const [source, message, name] of thrown) {
    it(`shows ${source}`, async () => {
      const { error } = await run(source);
      assert.equal(error?.message, message);
      assert.equal(error.name, name);
    });
  }

  it('says where a syntax error is', async () => {
    const { error } = await run('let fine = 1;\nlet bad = = 2;');
    assert.equal(error?.stack, "SyntaxError: Unexpected token '='\n    at <repl>:2:11");
    const { error: unfinished } = await run('function f() {');
    assert.equal(unfinished?.stack, 'SyntaxError: Unexpected end of input\n    at <repl>:1');
  });

  it('reports a rejection that nobody handles, and goes on', async () => {
    const { status, result, events } = await run('Promise.reject(new Error("lonely")); 3');
    assert.equal(status, 'ok');
    assert.equal(result?.preview, '3');
    const rejection = events[0]!;
    assert.equal(rejection.type, 'exception');
    assert.equal(rejection.payload['message'], 'Error: lonely');
    assert.equal(rejection.payload['stack'], 'Error: lonely\n    at <repl>:1:16');
    assert.equal(rejection.payload['unhandled'], true);
  });

  it('does not run getters to show a value', async () => {
    assert.equal(await preview('var touched = 0; ({ get x() { touched++; return 1 } }, 0); touched'), '0');
    assert.equal(
      await preview('({ get x() { touched++; return 1 }, set x(v) {}, set y(v) {} })'),
      '{ x: [Getter/Setter], y: [Setter] }',
    );
    assert.equal(
      await preview('Object.defineProperty([], "0", { get() { touched++ }, enumerable: true })'),
      '[ [Getter] ]',
    );
  });

  it('shows a proxy as its target, without running its traps', async () => {
    assert.equal(await preview('new Proxy({ a: 1 }, { get() { throw 1 }, ownKeys() { throw 2 } })'), '{ a: 1 }');
  });

  it('measures what it cost', async () => {
    const { metrics } = await run('let sum = 0; for (let i = 0; i < 1e7; i++) sum += i; sum');
    assert.ok((metrics.wall_ms ?? 0) > 1, 'wall_ms');
    assert.ok((metrics.cpu_ms ?? 0) > 1, 'cpu_ms');
    assert.ok((metrics.heap_used_bytes ?? 0) > 100_000, 'heap_used_bytes');
    assert.equal(metrics.event_count, 1);
    assert.equal(metrics.output_bytes, '49999995000000'.length);
  });

  it('knows nothing of the host: none of its objects, none of its modules', async () => {
    assert.equal(await preview('[typeof tools, typeof module, typeof ivm].join()'), 'undefined,undefined,undefined');
    const { error } = await run('await import("node:fs")');
    assert.equal(error?.code, 'IMPORT_FAILED');
  });
});
