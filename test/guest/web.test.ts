import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { RuntimeFixture } from '../runtime/runtime-fixture.ts';

const URLS = [
  'https://user:p%40ss@example.com:8080/a/b/../c?q=1&q=2#frag', 'http://EXAMPLE.com', 'http://example.com:80/', 'https://example.com:443/x', 'http://[::1]:3000/',
  'http://192.168.0.1.:80/', 'http://0x7f.1/', 'file:///etc/passwd', 'file:///C:/a/../b', 'mailto:someone@example.com', 'data:text/plain,hi%20there', 'javascript:alert(1)',
  'http://münchen.de/ä?ö#ü', 'http://xn--mnchen-3ya.de/', 'http://例え.テスト/パス', 'http://a/%7Efoo/%zz', 'http://a//b///c', 'HTTP://a/?x=y z&"', "http://a/'", 'blob:https://a/b',
  'http://a:b@c/', 'http://@a/', 'http://a/\\b', '  http://a/  ', 'http://a/\tb\nc', 'ws://h:80/', 'wss://h:443', 'non-special://h/p?q#f', 'about:blank', 'http://a/?', 'http://a/#',
  'nope', '', '//a', 'http://', 'http://a b/', 'http://a:99999/', 'http://[::1', 'http://%00/', 'http://a..b/', 'http://256.1.1.1/', '/path', 'https://',
]; // prettier-ignore
const RELATIVE = [
  ['/x', 'http://a/b/c'], ['../x', 'http://a/b/c/d'], ['?q', 'http://a/b?c'], ['#f', 'http://a/b#c'], ['//h/p', 'https://a'], ['x', 'mailto:a'], ['', 'http://a/b?c#d'], ['http://z', 'http://a'], ['x', 'nope'],
]; // prettier-ignore
const CHANGES = [
  ['http://a:80/b?c#d', 'protocol', 'https'], ['http://a/b', 'host', 'z:81'], ['http://a/b', 'hostname', 'z.y'], ['http://a/b', 'port', '8080'], ['http://a:1/b', 'port', ''], ['http://a/b', 'port', 'x'],
  ['http://a/b', 'pathname', 'c d/é'], ['http://a/b', 'search', 'q=1'], ['http://a/b?x', 'search', ''], ['http://a/b', 'hash', 'f'], ['http://a/b#x', 'hash', ''], ['http://a/b', 'username', 'u:s'],
  ['http://a/b', 'password', 'p@w'], ['http://a/b', 'href', 'ftp://q/'], ['mailto:a', 'host', 'b'], ['file:///a', 'port', '1'], ['http://a/b', 'protocol', 'mailto'], ['http://a/b', 'hostname', ''],
]; // prettier-ignore
const PARTS =
  'url => [url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port, url.pathname, url.search, url.hash, String(url), JSON.stringify(url), [...url.searchParams].join("|")]';

/** Expressions that a guest and Node give the same for. */
const SAME = [
  // searchParams
  '(u => (u.searchParams.append("x", "y z"), u.searchParams.delete("a"), u.href))(new URL("http://h/?a=1&b=2"))', '(u => (u.search = "?n=1", u.searchParams.get("n")))(new URL("http://h/"))',
  'String(new URLSearchParams("?a=1&b=%20&c+d=%C3%A9&&e"))', 'String(new URLSearchParams([["a", 1], ["b", "x&y=z"]]))', 'String(new URLSearchParams({ a: 1, b: [1, 2] }))', 'String(new URLSearchParams(new Map([["m", "v"]])))',
  '[...new URLSearchParams("a=1&a=2&b=3").entries()]', 'new URLSearchParams("a=1&a=2").getAll("a")', 'new URLSearchParams("a=1").has("a", "2")', 'new URLSearchParams("a=1&b=2").size', '(p => (p.sort(), String(p)))(new URLSearchParams("z=1&a=2&é=3&a=1"))',
  '(p => (p.set("a", "9"), String(p)))(new URLSearchParams("a=1&b=2&a=3"))', '(p => (p.delete("a", "1"), String(p)))(new URLSearchParams("a=1&a=2"))', '[...new URLSearchParams("a=1&b=2").keys()].concat([...new URLSearchParams("a=1").values()])',
  'String(new URLSearchParams("a=%zz%F0%9F%98%80%ff"))', 'String(new URLSearchParams({ "a b*-._~!": "\\ud800x😀" }))', 'new URLSearchParams("x=1")', 'new URLSearchParams()', '(f => (new URLSearchParams("a=1").forEach((v, k) => f.push(k, v)), f))([])', 'Object.prototype.toString.call(new URLSearchParams)',
  'URL.canParse("x", "http://a")', 'URL.canParse("x")', 'URL.parse("nope")', 'URL.parse("http://a/").href', '(() => { try { new URL("nope", "http://a b") } catch (e) { return [e.name, e.code, e.message, e.input, e.base] } })()',
  'new URL("http://a/b?c=1#d")', '[new URL("http://a")]', '({ a: { b: { c: new URL("http://x") } } })', 'new (class Mine extends URL {})("http://a/")', 'Object.prototype.toString.call(new URL("http://a"))',
  // text
  '[...new TextEncoder().encode("aé€😀\\ud800")]', 'new TextEncoder().encodeInto("aé€😀", new Uint8Array(6))', 'new TextEncoder().encoding', 'new TextEncoder().encode("x".repeat(5000)).length', 'new TextEncoder().encode("é".repeat(5000)).length', 'new TextEncoder().encode().length',
  'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))', 'new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])).length', 'new TextDecoder().decode(new Uint8Array([0xff, 0x61, 0xc3, 0x28, 0xf0, 0x9f, 0x98]))', 'new TextDecoder("latin1").decode(new Uint8Array([0x80, 0xe9]))', 'new TextDecoder("utf-16le").decode(new Uint8Array([0x61, 0, 0x3d, 0xd8, 0, 0xde]))', 'new TextDecoder("utf-16be").decode(new Uint8Array([0, 0x61]))',
  '(() => { try { new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return [e.name, e.code] } })()', '(() => { try { new TextDecoder("klingon") } catch (e) { return [e.name, e.code] } })()', '(d => [d.encoding, d.fatal, d.ignoreBOM])(new TextDecoder("UTF8"))', 'new TextDecoder().decode(new DataView(new Uint8Array([97, 98]).buffer, 1))', 'new TextDecoder().decode()', '(d => [0x61, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80].map(b => d.decode(new Uint8Array([b]), { stream: true })).concat(d.decode()))(new TextDecoder())', '(d => [d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), d.decode()])(new TextDecoder())', '(d => [d.decode(new Uint8Array([0xf0, 0x41]), { stream: true }), d.decode()])(new TextDecoder())', '(d => [d.decode(new Uint8Array([0x3d]), { stream: true }), d.decode(new Uint8Array([0xd8, 0]), { stream: true }), d.decode(new Uint8Array([0xde]))])(new TextDecoder("utf-16le"))',
  // base64
  'btoa("hello")', 'btoa("")', 'btoa("\\xff\\x00a")', 'atob("aGVsbG8=")', 'atob(" aGVs bG8 ")', 'atob("aGVsbG8")', 'atob("")', '(() => { try { btoa("€") } catch (e) { return [e.name, e.code, e.message] } })()', '(() => { try { atob("a") } catch (e) { return [e.name, e.code] } })()', '(() => { try { atob("*") } catch (e) { return [e.name, e.code] } })()', 'btoa(null)', 'atob(null).length',
  // clone
  'structuredClone({ a: [1, , 3], d: new Date(5), m: new Map([[{ k: 1 }, new Set([1])]]), r: /x/gi, u: undefined, n: null, b: 10n, z: -0, e: new TypeError("t", { cause: { c: 1 } }).message })', 'structuredClone(new Uint8Array([1, 2, 3]))', '(o => (o.o = o, (c => c.o === c && c !== o)(structuredClone(o))))({})', 'structuredClone(Object("boxed"))', 'structuredClone(new (class A { x = 1; get y() { return 2 } })).constructor === Object', 'structuredClone({ get a() { return 5 }, b: { get c() { return [6] } } })', 'structuredClone(new RangeError("r")) instanceof RangeError', '(e => [e.name, e.message, e.cause])(structuredClone(new Error("m", { cause: "c" })))', '(e => [e.name, e.message, e.code, e instanceof DOMException])(structuredClone(new DOMException("d", "AbortError")))', '(c => [c.list[0].message, c.list[0].cause.message, c.list[0] === c.again, c.n])((e => structuredClone({ list: [e], again: e, get n() { return 1 } }))(new TypeError("a", { cause: new Error("b") })))', 'structuredClone(5)', 'structuredClone(undefined)', 'structuredClone("s")', 'structuredClone(new ArrayBuffer(4))', '(b => [structuredClone(b, { transfer: [b] }).byteLength, b.byteLength])(new ArrayBuffer(8))', '(u => [structuredClone({ u, b: u.buffer }, { transfer: [u.buffer] }).u.byteLength, u.byteLength])(new Uint8Array(4))',
  ...['() => 1', 'Symbol("s")', 'new WeakMap()', 'Promise.resolve()', '{ f() {} }', 'new Proxy({}, {})'].map((value) => `(() => { try { structuredClone(${value}) } catch (e) { return [e.name, e.code, e instanceof DOMException] } })()`),
  // events
  '(t => { const seen = []; const l = { handleEvent(e) { seen.push(this === l, e.type) } }; t.addEventListener("x", l); t.addEventListener("x", l); t.addEventListener("x", e => seen.push(e.target === t), { once: true }); t.dispatchEvent(new Event("x")); t.dispatchEvent(new Event("x")); t.removeEventListener("x", l); t.dispatchEvent(new Event("x")); return seen })(new EventTarget())',
  '(t => { const seen = []; const note = e => seen.push(e.target === t, e.currentTarget === t, e.eventPhase); t.addEventListener("x", note); const e = new Event("x"); t.dispatchEvent(e); note(e); return seen })(new EventTarget())', '(e => (e.preventDefault(), e.initEvent("b", 1), [e.type, e.bubbles, e.cancelable, e.initEvent.length]))(new Event("a", { cancelable: true }))', '(e => (e.returnValue = false, [e.defaultPrevented, e.returnValue]))(new Event("a", { cancelable: true }))',
  '(t => { t.addEventListener("x", e => e.preventDefault()); return [t.dispatchEvent(new Event("x")), t.dispatchEvent(new Event("x", { cancelable: true }))] })(new EventTarget())', '(t => { const seen = []; t.addEventListener("x", e => (seen.push(1), e.stopImmediatePropagation())); t.addEventListener("x", () => seen.push(2)); t.dispatchEvent(new Event("x")); return seen })(new EventTarget())', '(e => [e.type, e.detail, e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.eventPhase, e.isTrusted, e.target, e.returnValue, e.composedPath().length])(new CustomEvent("c", { detail: 7, bubbles: true }))',
  '(t => { const seen = []; const c = new AbortController(); t.addEventListener("x", () => seen.push(1), { signal: c.signal }); t.dispatchEvent(new Event("x")); c.abort(); t.dispatchEvent(new Event("x")); return seen })(new EventTarget())', '(() => { try { new EventTarget().dispatchEvent({}) } catch (e) { return [e.name, e.code] } })()', 'Object.prototype.toString.call(new Event("x"))', '[Event.NONE, Event.AT_TARGET]',
  '(c => { const seen = []; c.signal.onabort = () => seen.push("on"); c.signal.addEventListener("abort", e => seen.push(e.type, e.isTrusted)); c.abort("why"); c.abort("again"); return [seen, c.signal.aborted, c.signal.reason] })(new AbortController())', '(s => [s.aborted, s.reason.name, s.reason.code, s.reason.message])(AbortSignal.abort())', 'AbortSignal.abort(5).reason', '(() => { try { AbortSignal.abort(new Error("r")).throwIfAborted() } catch (e) { return e.message } })()', '((a, b) => { const any = AbortSignal.any([a.signal, b.signal]); b.abort("b"); return [any.aborted, any.reason, a.signal.aborted] })(new AbortController(), new AbortController())', 'AbortSignal.any([AbortSignal.abort(1)]).reason', '(() => { try { new AbortSignal() } catch (e) { return [e.name, e.code] } })()', 'new AbortController()', 'AbortSignal.abort()',
  '(e => [e.name, e.message, e.code, e instanceof Error, Error.isError(e), Object.prototype.toString.call(e), e.stack.split("\\n")[0], String(e)])(new DOMException("m", "AbortError"))', '[DOMException.ABORT_ERR, new DOMException().name, new DOMException("m", { name: "N", cause: 1 }).cause]', 'Object.getOwnPropertyNames(DOMException).filter(n => n.endsWith("_ERR")).length',
  // crypto and performance
  'crypto.getRandomValues(new Uint16Array(3)).length', '/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())', '(() => { try { crypto.getRandomValues(new Float32Array(1)) } catch (e) { return e.name } })()', '(() => { try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return e.name } })()', 'new Set(Array.from({ length: 200 }, () => crypto.randomUUID())).size', 'new Set(crypto.getRandomValues(new Uint8Array(60000))).size', 'typeof performance.now()', '(a => performance.now() >= a)(performance.now())', 'Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60000', '(p => [p.mark("a").entryType, p.measure("m", "a").duration >= 0, p.getEntriesByName("a").length, p.getEntriesByType("measure").length])(performance)',
  // what is where
  '["URL", "Event", "AbortSignal", "TextDecoder", "DOMException"].map(n => Object.getOwnPropertyDescriptor(globalThis, n)).map(d => [d.writable, d.enumerable, d.configurable])', '[setTimeout, structuredClone, atob, queueMicrotask].map(f => [f.name, f.length])', '[URL, URLSearchParams, Event, EventTarget, CustomEvent, AbortController, AbortSignal, TextDecoder, TextEncoder].map(c => [c.name, c.length, ...Object.entries(Object.getOwnPropertyDescriptors(c.prototype)).filter(([n]) => !/^[A-Z_]+$/.test(n)).map(([n, d]) => [n, d.value?.length, d.get?.name, d.set?.name].join()).sort()].join(" "))', '[URL, Event, URLSearchParams, TextEncoder].map(c => c.name)', 'Object.keys(URL.prototype)', 'Object.keys(URLSearchParams.prototype)', 'typeof globalThis.global', 'Object.keys(Event.prototype).filter(n => !/^[A-Z_]+$/.test(n)).sort()', '[typeof Blob === "x", typeof WebAssembly, typeof SharedArrayBuffer]',
]; // prettier-ignore

const unhurried = { cpu_ms: 60_000, wall_ms: 60_000 };

describe('guest: web globals', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  before(async () => {
    session = await fixture.open({ strict: false });
  });
  after(() => fixture.dispose());

  /** What an expression gives in the guest, as inspect shows it. */
  async function inGuest(expression: string): Promise<string> {
    const source = `globalThis[Symbol.for('out')] = (0, eval)(${JSON.stringify(`(${expression})`)})`;
    const { status, result, error } = await fixture.run(session, source, unhurried);
    assert.equal(status, 'ok', `${expression}: ${error?.stack ?? error?.message ?? ''}`);
    return result?.type === 'string' ? inspect(result.preview) : (result?.preview ?? '');
  }

  const both = async (expression: string): Promise<void> => {
    assert.equal(await inGuest(expression), inspect((0, eval)(`(${expression})`)));
  };

  for (const url of URLS) {
    it(`parse ${JSON.stringify(url)} as Node does`, async () => {
      await both(
        `(() => { try { return (${PARTS})(new URL(${JSON.stringify(url)})) } catch (e) { return [e.name, e.code, e.message] } })()`,
      );
    });
  }

  it('resolve and change URLs as Node does', async () => {
    for (const [url, base] of RELATIVE) await both(`URL.parse(${JSON.stringify(url)}, ${JSON.stringify(base)})?.href`);
    for (const [url, part, value] of CHANGES) {
      await both(
        `(u => { try { u.${part!} = ${JSON.stringify(value)} } catch (e) { return e.code } return u.href })(new URL(${JSON.stringify(url)}))`,
      );
    }
  });

  for (const expression of SAME) {
    it(`are as in Node: ${expression.slice(0, 100)}`, () => both(expression));
  }

  it('encode and decode whatever text there is', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), { numRuns: 100, seed: 3 });
    const expression = `${JSON.stringify(texts)}.map(t => [new TextDecoder().decode(new TextEncoder().encode(t)), String(new URLSearchParams({ t })), new URLSearchParams('x=' + t).get('x')].join())`;
    await both(expression);
    const bytes = fc.sample(fc.uint8Array({ maxLength: 12 }), { numRuns: 100, seed: 4 }).map((array) => [...array]);
    await both(`${JSON.stringify(bytes)}.map(b => new TextDecoder().decode(new Uint8Array(b)))`);
    await both(
      `${JSON.stringify(bytes)}.map(b => { const d = new TextDecoder(); return b.map(x => d.decode(new Uint8Array([x]), { stream: true })).join('') + d.decode() })`,
    );
    await both(`${JSON.stringify(bytes)}.map(b => btoa(String.fromCharCode(...b)))`);
  });

  it('has no fetch and no process of the host', async () => {
    assert.equal(await fixture.preview(session, 'typeof fetch'), 'undefined');
    assert.equal(await fixture.preview(session, 'typeof gc'), 'undefined', 'which its host has');
  });

  it('gives each session randomness of its own', async () => {
    const other = await fixture.open();
    const source = '[Math.random(), crypto.randomUUID()].join()';
    assert.notEqual(await fixture.preview(session, source), await fixture.preview(other, source));
  });

  it('times out by a signal', async () => {
    const source =
      'await new Promise((done) => AbortSignal.timeout(10).addEventListener("abort", function () { done([this.reason.name, this.reason.message]) }))';
    assert.equal(
      await fixture.preview(session, source),
      "[ 'TimeoutError', 'The operation was aborted due to timeout' ]",
    );
  });
});
