import assert from 'node:assert/strict';
import { lines, RuntimeFixture } from '../runtime/runtime-fixture.ts';

const short = { wall_ms: 400, cpu_ms: 400 };

/** Values that try to keep whoever looks at them busy, to break it, or to make it say something wrong. */
const HOSTILE: readonly (readonly [source: string, preview: RegExp])[] = [
  ['({ get a() { throw new Error("getter") } })', /^\{ a: \[Getter\] \}$/],
  ['({ get a() { for (;;); } })', /^\{ a: \[Getter\] \}$/],
  ['({ get [Symbol.toStringTag]() { throw 1 } })', /^\{ Symbol\(Symbol\.toStringTag\): \[Getter\] \}$/],
  [
    '({ [Symbol.toPrimitive]() { throw 1 }, toString() { throw 2 }, valueOf() { throw 3 } })',
    /toString: \[Function: toString\]/,
  ],
  ['({ toJSON() { throw new Error("json") } })', /^\{ toJSON: \[Function: toJSON\] \}$/],
  ['new Proxy({ a: 1 }, new Proxy({}, { get() { throw new Error("trap") } }))', /^\{ a: 1 \}$/],
  [
    'new Proxy(new Proxy({ a: 1 }, { get() { throw 1 }, ownKeys() { throw 2 } }), { getPrototypeOf() { throw 3 } })',
    /^\{ a: 1 \}$/,
  ],
  ['new Proxy([], { get() { for (;;); } })', /^\[\]$/],
  ['(r => (r.revoke(), r.proxy))(Proxy.revocable({}, {}))', /^<Revoked Proxy>$/],
  ['({ p: new Proxy(class A {}, { get() { throw 1 } }) })', /^\{ p: \[class A\] \}$/],
  ['Object.assign(new Error("m"), { get name() { return { toString() { throw 1 } } } })', /./],
  ['Object.defineProperty(new Error("m"), "stack", { get() { throw 1 } })', /^\[?Error: m/],
  ['Object.defineProperty(new Error("m"), "message", { get() { throw 1 } })', /./],
  ['Object.defineProperty(new Error("m"), "stack", { value: { toString() { throw 1 } } })', /./],
  ['Object.defineProperty(new Error("m"), "cause", { get() { throw 1 } })', /^Error: m/],
  ['new (class { static get name() { throw 1 } })', /./],
  ['new (class { static [Symbol.hasInstance]() { throw 1 } })', /./],
  ['({ constructor: { name: "Fake" } })', /^\{ constructor: \{ name: 'Fake' \} \}$/],
  ['Object.create({ get constructor() { throw 1 } })', /./],
  ['({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("custom") } })', /./],
  ['({ get [Symbol.for("nodejs.util.inspect.custom")]() { throw 1 } })', /./],
  ['({ [Symbol.for("nodejs.util.inspect.custom")](d, o, i) { return i(this, o) } })', /./],
  [
    '(() => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o })()',
    /^\{ o: \{ o: \{ o: \[Object\] \} \} \}$/,
  ],
  ['(() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a })()', /^\[ \[ \[ \[Array\] \] \] \]$/],
  [
    '(() => { let e = new Error("0"); for (let i = 0; i < 1e4; i++) e = new Error("x", { cause: e }); return e })()',
    /^Error: x/,
  ],
  [
    '(() => { const m = new Map(); m.set(m, m); return m })()',
    /^<ref \*1> Map\(1\) \{ \[Circular \*1\] => \[Circular \*1\] \}$/,
  ],
  ['Array(2 ** 32 - 1)', /^\[ <4294967295 empty items> \]$/],
  ['Object.assign([], { [2 ** 32 - 2]: 1 })', /^\[ <4294967294 empty items>, 1 \]$/],
  ['({ ["k".repeat(1e6)]: 1 })', /^\{\s+'?k+.*more characters/],
  [
    'Object.defineProperty(() => {}, "name", { value: "n".repeat(1e6) })',
    /^\[Function: n+\.\.\. 990000 more characters\]$/,
  ],
  ['Object.defineProperty(() => {}, "name", { value: Symbol("n") })', /^\[Function: Symbol\(n\)\]$/],
  ['new RegExp("a".repeat(1e6))', /^\/a+\.\.\. \d+ more characters$/],
  ['Object.setPrototypeOf(() => {}, new Proxy(Function.prototype, {}))', /./],
  ['Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ["k" + i, i]))', /more properties|more characters/],
  ['Object.setPrototypeOf(Promise.resolve(1), null)', /./],
  ['globalThis', /^<ref \*1> Object \[global\] \{|^<ref \*1>/],
];

/** What a guest may do to the built-ins that everything is made of. */
const SABOTAGE = [
  'Array.prototype.push = Array.prototype.join = Array.prototype.map = Array.prototype.slice = () => { throw 1 }',
  'Array.prototype[Symbol.iterator] = function* () { throw 2 }',
  'for (const name of Object.getOwnPropertyNames(String.prototype)) if (name !== "length") Object.defineProperty(String.prototype, name, { value() { throw 3 } })',
  'String.prototype[Symbol.iterator] = String.prototype[Symbol.split] = String.prototype[Symbol.replace] = () => { throw 4 }',
  'Object.defineProperty(Object.prototype, "0", { get() { throw 5 }, set() { throw 5 }, configurable: true })',
  'Object.defineProperty(Array.prototype, "1", { get() { throw 6 }, set() { throw 6 }, configurable: true })',
  'for (const name of ["get", "set", "value", "depth", "toJSON", "stylize", "enumerable", "writable", "base"]) Object.defineProperty(Object.prototype, name, { get() { throw 7 }, set() { throw 7 }, configurable: true })',
  'JSON.stringify = JSON.parse = Object.keys = Object.getOwnPropertyDescriptor = Reflect.ownKeys = Reflect.apply = () => { throw 8 }',
  'Map.prototype.get = Map.prototype.set = Set.prototype.has = Set.prototype.add = WeakMap.prototype.get = () => { throw 9 }',
  'RegExp.prototype.exec = RegExp.prototype[Symbol.replace] = RegExp.prototype.test = () => { throw 10 }; Object.defineProperty(RegExp.prototype, "flags", { get() { throw 10 } })',
  'Promise.prototype.then = Promise.resolve = () => { throw 11 }; Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw 11 }',
  'Error.prototype.toString = Date.prototype.toISOString = Number.prototype.toString = Symbol.prototype.toString = () => { throw 12 }',
  'Math.max = Math.min = Math.floor = Date.now = () => { throw 13 }; delete globalThis.Map; delete globalThis.Symbol; delete globalThis.Array; globalThis.Error = globalThis.Object = null',
];

describe('guest: hostile values', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());

  for (const [source, preview] of HOSTILE) {
    it(`shows ${source.slice(0, 100)}`, async () => {
      const { status, result, error } = await fixture.run(session, source);
      assert.equal(status, 'ok', error?.message);
      assert.ok(preview.test(result?.preview ?? ''), result?.preview.slice(0, 200));
      assert.ok((result?.preview ?? '').length < 200_000, 'bounded');
      assert.equal(await fixture.preview(session, '1 + 1'), '2');
    });
  }

  for (const source of [
    '({ [Symbol.for("nodejs.util.inspect.custom")]() { for (;;); } })',
    'Object.defineProperty(new Error("x"), "stack", { get() { for (;;); } })',
    '({ toJSON() { for (;;); } })',
    'new (class { static get name() { for (;;); } })',
    'new (class { get [Symbol.toStringTag]() { for (;;); } })',
    '({ [Symbol.for("nodejs.util.inspect.custom")](d, o, i) { return i({ a: this }, o) + i(this, o) } })',
  ]) {
    it(`is stopped by the limits while it shows ${source.slice(0, 90)}`, async () => {
      const { status } = await fixture.run(session, source, short);
      assert.ok(['timeout', 'ok'].includes(status), status);
      assert.equal(await fixture.preview(session, '1 + 1'), '2');
    });
  }

  it('throws what a custom inspect function throws, as Node does', async () => {
    const source =
      'try { console.log({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("mine") } }) } catch (e) { e.message }';
    assert.equal(await fixture.preview(session, source), 'mine');
  });

  it('lets nothing of ours be reached', async () => {
    const source = `
      const seen = new Set(); const strange = [];
      const walk = (value, path) => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value) || path.length > 14) return;
        seen.add(value);
        const name = Object.prototype.toString.call(value) + String(value?.constructor?.name);
        if (/Reference(?!Error)|Isolate|ExternalCopy|Callback|Inspector/.test(name)) strange.push(path.join('.'));
        for (const key of Reflect.ownKeys(value)) {
          const { value: own, get, set } = Object.getOwnPropertyDescriptor(value, key);
          for (const each of [own, get, set]) walk(each, [...path, String(key)]);
        }
        walk(Object.getPrototypeOf(value), [...path, '__proto__']);
      };
      walk(globalThis, []);
      walk(setTimeout(() => {}, 0), ['timeout']); walk(new URL('http://a/'), ['url']); walk(new AbortController(), ['abort']);
      try { structuredClone(() => {}) } catch (error) { walk(error, ['clone']) }
      ({ found: strange.join(), hidden: Object.getOwnPropertyNames(globalThis).filter((name) => /vm|system|natives/i.test(name)).join() })`;
    assert.equal(await fixture.preview(session, source), "{ found: '', hidden: '' }");
  });

  it("cannot use V8's syntax for natives, however it compiles", async () => {
    for (const source of [
      '%DebugPrint(1)',
      'eval("%IsJSProxy(1)")',
      'new Function("return %GetProxy()")',
      '(0, eval)("%SystemBreak()")',
    ]) {
      const { error } = await fixture.run(session, source);
      assert.equal(error?.name, 'SyntaxError', source);
    }
    const shared = await fixture.open({ isolation: 'shared' });
    const { error } = await fixture.run(shared, 'for (let i = 0; i < 100; i++) eval("%IsJSProxy(1)")');
    assert.equal(error?.name, 'SyntaxError');
  });
});

describe('guest: sabotage', () => {
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  const value =
    '({ a: [1, "x\'y", { b: new Map([[1, new Set(["s"])]]) }], d: new Date(0), r: /x/g, e: Symbol.iterator, u: undefined, n: null, ["a b"]: -0 })';
  const call = `console.log(${value}, "%s", 5); console.log("%s %d %j", "a", 1, null); console.table([{ a: 1 }]); console.error(new TypeError("bad")); console.count(); console.group("g"); console.log("in\\ngroup"); console.groupEnd()`;

  let before: string[];
  let expected: string;

  it('has something to compare with', async () => {
    const sound = await fixture.open({ strict: false });
    before = lines((await fixture.run(sound, call)).events).map(withoutPlaces);
    expected = await fixture.preview(sound, value);
    assert.ok(before.length > 3);
  });

  for (const sabotage of SABOTAGE) {
    it(`prints as before after ${sabotage.slice(0, 100)}`, async () => {
      const broken = await fixture.open({ strict: false, isolation: 'shared' });
      // Values are made first: their own syntax uses what is about to be broken.
      await fixture.run(
        broken,
        `globalThis.made = ${value}; globalThis.error = new TypeError("bad"); globalThis.rows = [{ a: 1 }]`,
      );
      const broke = await fixture.run(broken, `${sabotage}; 0`);
      assert.ok(broke.status === 'ok' || broke.status === 'error');
      const after = await fixture.run(
        broken,
        call.replace(value, 'made').replace('new TypeError("bad")', 'error').replace('[{ a: 1 }]', 'rows'),
      );
      assert.equal(after.status, 'ok', after.error?.stack ?? after.error?.message);
      assert.deepEqual(lines(after.events).map(withoutPlaces), before);
      const { result } = await fixture.run(broken, 'made');
      assert.equal(result?.preview, expected);
      await fixture.runtime.close(broken, 'done');
    });
  }
});

function withoutPlaces(text: unknown): string {
  return String(text).replaceAll(/:\d+:\d+/g, '');
}
