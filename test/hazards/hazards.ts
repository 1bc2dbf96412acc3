/** How a hazard may end. Codes of outcomes, or `ok`. */
export type End =
  'ok' | 'JS_EXCEPTION' | 'EXEC_TIMEOUT' | 'CPU_LIMIT_EXCEEDED' | 'MEMORY_LIMIT_EXCEEDED' | 'OUTPUT_LIMIT_EXCEEDED';

export type Hazard = {
  source: string;
  /** More than one where it is a race between limits which is reached first. */
  ends: readonly End[];
  /** How the message begins, for exceptions. */
  message?: string;
  /** The session is of no further use for other hazards. */
  spoils?: true;
  /** Gets more time than others: it is memory that has to end it. */
  isSlow?: true;
  /** What it leaves behind goes on, until the session is interrupted. */
  goesOn?: true;
};

const TIME = ['EXEC_TIMEOUT', 'CPU_LIMIT_EXCEEDED'] as const;
const MEMORY = { ends: ['MEMORY_LIMIT_EXCEEDED'], isSlow: true } as const;
const TIME_OR_MEMORY = ['MEMORY_LIMIT_EXCEEDED', ...TIME] as const;
const TOO_DEEP = { ends: ['JS_EXCEPTION'], message: 'RangeError: Maximum call stack size exceeded' } as const;
const TOO_LONG = { ends: ['JS_EXCEPTION'], message: 'RangeError: Invalid string length' } as const;

/** `(module (func (export "f") (loop br 0)))` */
const WASM_LOOP = '0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11';

/** What hostile or unlucky code does to the one who runs it. */
export const HAZARDS: Record<string, Hazard> = {
  // Time.
  'a loop': { source: 'for (;;) {}', ends: TIME },
  'a loop in finally': { source: 'for (;;) { try { for (;;) {} } finally { for (;;) {} } }', ends: TIME },
  'a catastrophic regular expression': { source: '/^(a+)+$/.test("a".repeat(50) + "b")', ends: TIME },
  'a flood of microtasks': { source: '(async () => { for (;;) await 0 })(); 1', ends: TIME },
  'promises that beget promises': { source: 'const again = () => Promise.resolve().then(again); again()', ends: TIME },
  'an async generator without end': {
    source: 'for await (const x of (async function* () { for (;;) yield 1 })()) {}',
    ends: TIME,
  },
  'an await that never settles': { source: 'await new Promise(() => {})', ends: ['EXEC_TIMEOUT'] },
  'a blocking wait': { source: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)', ends: ['EXEC_TIMEOUT'] },
  'a loop in WebAssembly': {
    source: `new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([${WASM_LOOP}]))).exports.f()`,
    ends: TIME,
  },
  'recursion that catches itself': { source: '(function f() { try { f() } finally { f() } })()', ends: TIME },
  'a comparison that never ends': { source: '[2, 1].sort(() => { for (;;) {} })', ends: TIME },
  'eval of ever longer code': { source: 'let s = "1"; for (;;) eval((s += "+1"))', ends: [...TIME, 'JS_EXCEPTION'] },
  'functions made of text': { source: 'for (;;) new Function("return " + Math.random())()', ends: TIME },
  'a debugger statement in a loop': { source: 'for (;;) debugger', ends: TIME },

  'a flood of queued microtasks': { source: 'const queue = () => queueMicrotask(queue); queue()', ends: TIME },
  'a timer that loops': { source: 'setTimeout(() => { for (;;) {} }); await new Promise(() => {})', ends: TIME },
  'a timer that loops when nobody waits for it': {
    source: 'setTimeout(() => { for (;;) {} }); 1',
    ends: ['ok'],
    goesOn: true,
  },
  'intervals that beget intervals': {
    source: 'const more = () => { setInterval(more); setInterval(more) }; more(); await new Promise(() => {})',
    ends: TIME_OR_MEMORY,
    goesOn: true,
    spoils: true,
  },
  'questions to the host': { source: 'for (;;) new URL(`http://host/${Math.random()}`)', ends: TIME },
  'clones without end': { source: 'for (;;) structuredClone({ a: [1, 2, 3], m: new Map([[1, 2]]) })', ends: TIME },

  // Depth and length.
  'deep recursion': { source: '(function f() { f() })()', ...TOO_DEEP },
  'a program of many parentheses': { source: '('.repeat(100_000) + ')'.repeat(100_000), ...TOO_DEEP },
  'a sum of very many terms': { source: `0${'+1'.repeat(1_000_000)}`, ends: ['ok', 'JS_EXCEPTION', ...TIME] },
  'a condition of very many branches': { source: `${'1?'.repeat(100_000)}1${':1'.repeat(100_000)}`, ...TOO_DEEP },
  'functions in functions': {
    source: 'function f(){'.repeat(5_000) + '}'.repeat(5_000),
    ends: ['JS_EXCEPTION', 'ok', ...TIME],
  },
  'labels on labels': {
    source: `${Array.from({ length: 20_000 }, (_, i) => `l${i}:`).join('')};`,
    ends: ['JS_EXCEPTION', 'ok', ...TIME],
  },
  'a huge source text': { source: `/*${'x'.repeat(8_000_000)}*/ 7`, ends: ['ok'], isSlow: true },
  'a regular expression that compiles to too much': {
    source: 'new RegExp("(?:a{1000}){1000}".repeat(40)).test("b")',
    ends: ['JS_EXCEPTION', 'ok', ...TIME],
  },
  'a string that doubles': { source: 'let s = "x"; for (;;) s += s', ...TOO_LONG },
  'JSON of shared parts': { source: 'let j = ["x"]; for (let i = 0; i < 40; i++) j = [j, j]; JSON.stringify(j)', ends: ['JS_EXCEPTION', ...TIME_OR_MEMORY] }, // prettier-ignore
  'JSON that nests deep': { source: 'JSON.parse("[".repeat(1e6))', ends: ['JS_EXCEPTION', ...TIME_OR_MEMORY] },
  'a long chain of promises': { source: 'let p = Promise.resolve(1); for (let i = 0; i < 1e5; i++) p = p.then((x) => x); await p', ends: ['ok', ...TIME] }, // prettier-ignore

  // Memory.
  'an array that grows': { source: 'const a = []; for (;;) a.push(new Array(1000).fill(1.5))', ...MEMORY },
  'a Map that grows': { source: 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })', ...MEMORY },
  'an array of the largest size': { source: 'Array(2 ** 32 - 2).fill(0)', ...MEMORY },
  'a string cut to pieces': { source: '"ab".repeat(2 ** 26).split("")', ...MEMORY },
  'memory of WebAssembly': {
    source:
      'const m = new WebAssembly.Memory({ initial: 1 }); for (;;) { m.grow(100); new Uint8Array(m.buffer).fill(1) }',
    ...MEMORY,
  },
  'memory outside of the heap': {
    source: 'const b = []; for (;;) b.push(new Uint8Array(1 << 20).fill(1))',
    ends: ['JS_EXCEPTION', ...TIME_OR_MEMORY],
    message: 'RangeError: Array buffer allocation failed',
  },
  'shared memory': {
    source: 'const b = []; for (;;) b.push(new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(1))',
    ends: ['JS_EXCEPTION', ...TIME_OR_MEMORY],
    message: 'RangeError: Array buffer allocation failed',
  },
  'a huge clone': {
    source: 'structuredClone(Array.from({ length: 1e6 }, () => ({})))',
    ends: ['ok', ...TIME_OR_MEMORY],
  },
  'a huge encoding': {
    source: 'new TextEncoder().encode("x".repeat(1e8)).length',
    ends: ['ok', 'JS_EXCEPTION', ...TIME_OR_MEMORY],
  },
  'formatters of ICU': { source: 'const f = []; for (;;) f.push(new Intl.DateTimeFormat("de").format(0))', ...MEMORY }, // prettier-ignore

  // Values that bite whoever looks at them.
  'a result with a getter that loops': { source: '({ get a() { for (;;) {} } })', ends: ['ok', ...TIME] },
  'a result with a toJSON that loops': { source: '({ toJSON() { for (;;) {} } })', ends: ['ok', ...TIME] },
  'a result that is a hostile proxy': {
    source: 'new Proxy({}, new Proxy({}, { get() { for (;;) {} } }))',
    ends: ['ok', ...TIME],
  },
  'a result with a hostile proxy inside': {
    source: '[new Proxy({}, new Proxy({}, { get() { for (;;) {} } }))]',
    ends: ['ok', ...TIME],
  },
  'a result with a hostile tag': { source: '({ get [Symbol.toStringTag]() { for (;;) {} } })', ends: ['ok', ...TIME] },
  'a result of shared parts': { source: 'let r = ["x"]; for (let i = 0; i < 40; i++) r = [r, r]; r', ends: ['ok'] },
  'a result that nests deep': { source: 'let d = {}; for (let i = 0; i < 1e5; i++) d = { d }; d', ends: ['ok'] },
  'a result that is huge': { source: 'Array.from({ length: 3e5 }, (_, i) => ({ i }))', ends: ['ok'] },
  'a generator without end as a result': { source: '(function* () { for (;;) yield 1 })()', ends: ['ok'] },
  'a Map with hostile methods': {
    source: 'class M extends Map { get size() { for (;;) {} } entries() { for (;;) {} } [Symbol.iterator]() { for (;;) {} } }; new M([[1, 2]])', // prettier-ignore
    ends: ['ok', ...TIME],
  },
  'a hostile Symbol.toPrimitive in the console': {
    source: 'console.log("%d", { [Symbol.toPrimitive]() { for (;;) {} } })',
    ends: ['ok', ...TIME],
  },
  'deep and circular arguments of the console': {
    source:
      'const o = {}; o.o = o; let inner = o; for (let i = 0; i < 1e5; i++) inner = { inner }; console.log(inner, o)',
    ends: ['ok'],
  },

  // Errors.
  'an error with a gigantic stack': {
    source: 'throw Object.assign(new Error("x"), { stack: "y".repeat(5e6) })',
    ends: ['JS_EXCEPTION'],
  },
  'an error with a gigantic message': { source: 'throw new Error("x".repeat(1e6))', ends: ['JS_EXCEPTION'] },
  'an error with a stack of the size of the limit': {
    source: 'throw Object.assign(new Error("x"), { stack: "y".repeat(6e7) })',
    ends: ['JS_EXCEPTION', ...TIME_OR_MEMORY],
  },
  'an error with a stack without end': {
    source: 'Error.stackTraceLimit = Infinity; (function f() { f() })()',
    ends: ['JS_EXCEPTION', ...TIME],
    message: TOO_DEEP.message,
    spoils: true,
  },
  'a chain of causes without end': {
    source: 'const circular = new Error("x"); circular.cause = circular; throw circular',
    ends: ['JS_EXCEPTION'],
    message: 'Error: x',
  },
  'an error with hostile accessors': {
    source: 'throw Object.defineProperties(new Error("x"), Object.fromEntries(["message", "name", "stack", "cause"].map((name) => [name, { get() { for (;;) {} } }])))', // prettier-ignore
    ends: ['JS_EXCEPTION', ...TIME],
  },
  'a thrown proxy': {
    source: 'throw new Proxy(new Error("x"), new Proxy({}, { get() { for (;;) {} } }))',
    ends: ['JS_EXCEPTION', ...TIME],
  },
  'a prepareStackTrace that loops': {
    source: 'Error.prepareStackTrace = () => { for (;;) {} }; null.x',
    ends: ['JS_EXCEPTION', ...TIME],
    spoils: true,
  },
  'unhandled rejections without end': {
    source: 'for (;;) Promise.reject(new Error("x"))',
    ends: ['JS_EXCEPTION', 'OUTPUT_LIMIT_EXCEEDED', ...TIME_OR_MEMORY],
  },
  'an unhandled rejection with a hostile proxy': {
    source: 'Promise.reject(new Proxy(new Error("x"), new Proxy({}, { get() { for (;;) {} } }))); 1',
    ends: ['ok', ...TIME],
  },

  // Output.
  'output without end': { source: 'for (;;) console.log("x")', ends: ['OUTPUT_LIMIT_EXCEEDED'] },
  'output to a stream without end': { source: 'for (;;) process.stdout.write("x")', ends: ['OUTPUT_LIMIT_EXCEEDED'] },
  'a table of hostile rows': {
    source: 'console.table([{ get a() { for (;;) {} } }, new Proxy({}, { ownKeys() { for (;;) {} } })])',
    ends: ['ok', ...TIME],
  },
  'a format of hostile values': {
    source: 'console.log("%s %d %i %f %j %o %O %c", ...Array(8).fill({ toString() { for (;;) {} }, valueOf() { for (;;) {} }, toJSON() { for (;;) {} } }))', // prettier-ignore
    ends: ['ok', ...TIME],
  },
  'one huge output': { source: 'console.log("x".repeat(2e7))', ends: ['OUTPUT_LIMIT_EXCEEDED'] },

  // What JavaScript is made of, taken away.
  'Array.prototype made hostile': {
    source: 'for (const name of Object.getOwnPropertyNames(Array.prototype)) if (name !== "length") Array.prototype[name] = () => { throw new Error("gone") }; Array.prototype[Symbol.iterator] = () => { throw new Error("gone") }; 0', // prettier-ignore
    ends: ['ok'],
    spoils: true,
  },
  'Object.prototype made hostile': {
    source: 'const gone = () => { throw new Error("gone") }; for (const name of ["get", "set", "value", "then", "toJSON", "0", "length"]) Object.defineProperty(Object.prototype, name, { __proto__: null, get: gone, set: gone }); 0', // prettier-ignore
    ends: ['ok'],
    spoils: true,
  },
  'all built-ins removed': {
    source: 'for (const name of Reflect.ownKeys(globalThis)) if (name !== "state" && name !== "Reflect") delete globalThis[name]; delete globalThis.Reflect; 0', // prettier-ignore
    ends: ['ok', 'JS_EXCEPTION'],
    spoils: true,
  },
  'Promise made hostile': {
    source:
      'Promise.prototype.then = Promise.prototype.constructor = () => { for (;;) {} }; globalThis.Promise = null; 0',
    ends: ['ok'],
    spoils: true,
  },
  'JSON and Function made hostile': {
    source: 'JSON.stringify = Function.prototype.call = Function.prototype.apply = String.prototype.replace = () => { for (;;) {} }; 0', // prettier-ignore
    ends: ['ok'],
    spoils: true,
  },
  'finalizers that loop': {
    source: 'const r = new FinalizationRegistry(() => { for (;;) {} }); for (let i = 0; i < 1e5; i++) r.register({}, i); for (let i = 0; i < 200; i++) new Array(1e5).fill(i); 0', // prettier-ignore
    ends: ['ok', ...TIME],
    goesOn: true,
  },
};
