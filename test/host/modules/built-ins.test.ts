import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { PURE_BUILT_INS, REFUSED_BUILT_INS } from '../../../shared/catalogue/node-built-ins.ts';
import { HOST_MODULE_ALIASES, HOST_MODULES } from '../../../shared/catalogue/host-modules.ts';
import { consoleOf, ModuleSession, valueOf } from './module-session.ts';

describe("Node's built-ins in plain JavaScript", () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({});
  });
  after(() => session.close());

  const value = async (source: string): Promise<unknown> => valueOf(await session.repl(source));

  it('are the same by either name, required or imported', async () => {
    for (const name of PURE_BUILT_INS) {
      const source = `const ns = await import('node:${name}'), own = require('${name}');
        return [own === require('node:${name}'), ns.default === own, Object.keys(own).every((key) => ns[key] === own[key])]`;
      assert.deepEqual(await value(`await (async () => { ${source} })()`), [true, true, true], name);
    }
    await session.write({
      'a.mjs': "import { join } from 'path'; import util, { inspect } from 'node:util'; export default [join('a', '../b'), util.inspect === inspect]",
    }); // prettier-ignore
    assert.deepEqual(valueOf(await session.file('a.mjs')), ['b', true]);
  });

  it('are only those: the others say why not', async () => {
    for (const name of REFUSED_BUILT_INS) {
      const isOurs = Object.hasOwn(HOST_MODULES, name) || Object.hasOwn(HOST_MODULE_ALIASES, name);
      const why = isOurs ? 'does not allow this host module' : 'built-in of Node';
      assert.match(String(await value(`require('node:${name}')`)), new RegExp(`Invalid module: "${name}"\\..*${why}`));
    }
  });

  // What they answer is what Node's own answer: each line is evaluated in both.
  for (const [name, lines] of Object.entries({
    path: [
      "path.join('/a', '..', 'b')",
      "path.relative('/a/b/c', '/a/d')",
      "path.parse('/x/y.tar.gz')",
      "path.resolve('/a', './b', '../c')",
      "path.format({ dir: '/a', base: 'b.c' })",
      'path.sep',
      "path.posix.extname('a.b')",
      "path.normalize('/a//./b/../c/')",
    ],
    url: [
      "new url.URL('http://a/b?c').href",
      "url.fileURLToPath('file:///a%20b')",
      "url.pathToFileURL('/a b?#%').href",
      "url.resolve('/one/two', '../three')",
      "url.parse('https://u:p@h.io:8/p?x=1&x=2#f').host",
      "JSON.stringify(url.parse('/p?x=1&y=a%20b', true).query)",
      "url.format({ protocol: 'http', host: 'a.b', pathname: '/c', query: { d: 1 } })",
      "url.format(new URL('http://u:p@a/b#c'), { auth: false, fragment: false })",
      "url.domainToASCII('español.com')",
      "url.urlToHttpOptions(new URL('http://u:p@a:8/b?c')).auth",
    ],
    util: [
      "util.format('%s=%d %i %f %j %o %O %%', 'a', 1.5, 2.5, '3.5', { a: 1 }, [1], { b: 2 })",
      'util.inspect({ a: { b: { c: { d: 1 } } } }, { depth: 0 })',
      'util.inspect(new Map([[1, { a: 2 }]]), { compact: false })',
      "util.inspect('x', { colors: true })",
      'util.isDeepStrictEqual({ a: [1, new Set([2])] }, { a: [1, new Set([2])] })',
      'util.isDeepStrictEqual([1], ["1"])',
      "util.stripVTControlCharacters('\\u001b[31mred\\u001b[39m')",
      "util.styleText(['bold', 'red'], 'x', { validateStream: false })",
      'util.types.isPromise(Promise.resolve())',
      'util.types.isPromise(Object.create(Promise.prototype))',
      'util.types.isProxy(new Proxy({}, {}))',
      'util.types.isRegExp(/x/)',
      'util.types.isUint8Array(new Uint8Array())',
      'util.types.isNativeError(new RangeError())',
      'util.types.isGeneratorObject((function* () {})())',
      'await util.promisify((a, done) => done(null, a + 1))(1)',
      'await util.promisify((done) => done(new Error("no")))().catch((error) => error.message)',
      'await util.promisify(setTimeout)(1, "v")',
      'await util.promisify(setImmediate)("v")',
      'await new Promise((resolve) => util.callbackify(async (a) => a * 2)(4, (error, value) => resolve([error, value])))',
      '(() => { function A() {} function B() {} util.inherits(A, B); return new A() instanceof B && A.super_ === B })()',
    ],
    events: [
      '[events.name, new events().constructor.name]',
      '(() => { const e = new events(), seen = []; e.once("a", (x) => seen.push(x)); e.on("a", (x) => seen.push(-x)); e.emit("a", 1); e.emit("a", 2); return seen })()',
      'new events.EventEmitter().emit("none")',
      '(() => { try { new events().emit("error", new Error("boom")) } catch (error) { return error.message } })()',
      '(() => { class E extends events {} const e = new E(); e.on("x", () => {}); return [e.listenerCount("x"), e.eventNames(), events.getEventListeners(e, "x").length] })()',
      'await (async () => { const e = new events(); setTimeout(() => e.emit("x", 5), 1); return events.once(e, "x") })()',
      'await (async () => { const e = new events(), seen = []; setTimeout(() => { e.emit("x", 1); e.emit("x", 2) }, 1); for await (const [v] of events.on(e, "x")) { seen.push(v); if (v === 2) return [seen, e.listenerCount("x")] } })()',
    ],
    assert: [
      '(() => { try { assert.equal(1, 2) } catch (error) { return [error.name, error.code, error instanceof assert.AssertionError] } })()',
      '(() => { try { assert(false, "mine") } catch (error) { return error.message } })()',
      'assert.deepStrictEqual(new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]]))',
      '(() => { try { assert.deepStrictEqual({ a: 1 }, { a: "1" }) } catch (error) { return error.code } })()',
      'assert.throws(() => { throw new TypeError("x") }, TypeError)',
      'await assert.rejects(Promise.reject(new Error("y")), /y/)',
      'assert.strict.equal === assert.strictEqual',
    ],
    buffer: [
      "buffer.Buffer.from('aé€😀').toString('hex')",
      "buffer.Buffer.from('YWI_-w', 'base64url').toString('base64')",
      "buffer.Buffer.from('ab?\\xff', 'latin1').toString('base64url')",
      "buffer.Buffer.concat([buffer.Buffer.from('a'), buffer.Buffer.alloc(2, 'b')]).toString()",
      "buffer.Buffer.byteLength('é')",
      'buffer.Buffer.from([1, 2, 3]).readUInt16BE(1)',
      "buffer.Buffer.from('abc').equals(buffer.Buffer.from('abc'))",
      "buffer.Buffer.isEncoding('base64url')",
      "buffer.Buffer.from('abc').indexOf('c')",
      'JSON.stringify(buffer.Buffer.from([1]))',
      '(() => { const b = buffer.Buffer.alloc(8); b.writeDoubleLE(1.5); return b.readDoubleLE(0) })()',
    ],
    querystring: [
      "JSON.stringify(querystring.parse('a=1&a=2&b=%20x+y&c&=d&%zz=%e2%82'))",
      "querystring.stringify({ a: [1, 'x y'], b: true, c: null, d: NaN, 'é': '€' })",
      "querystring.parse('a:1;b:2', ';', ':').b",
      "querystring.escape('a b&é')",
      "querystring.unescape('%41%zz')",
      "Object.keys(querystring.parse('a&b&c', null, null, { maxKeys: 2 }))",
    ],
    string_decoder: [
      "(() => { const d = new string_decoder.StringDecoder('utf8'); return [d.write(require('buffer').Buffer.from([0xe2, 0x82])), d.write(require('buffer').Buffer.from([0xac])), d.end()] })()",
    ],
    punycode: ["punycode.toASCII('mañana.com')", "punycode.decode('maana-pta')"],
    timers: ["await timers.promises.setTimeout(1, 'v')", 'typeof timers.setImmediate'],
    'timers/promises': [
      "await timers.setImmediate('now')",
      '(await timers.setTimeout(1000, 0, { signal: AbortSignal.abort() }).catch((error) => [error.name, error.code]))',
      'await (async () => { let n = 0; for await (const v of timers.setInterval(1, "t")) if (++n === 3) return v })()',
    ],
    crypto: [
      'crypto.randomBytes(16).length',
      ...[
        'md5',
        'sha1',
        'sha224',
        'sha256',
        'SHA384',
        'sha512',
        'RSA-SHA256',
        'ripemd160',
        'sha512-256',
        'sha3-256',
      ].map((name) => `crypto.createHash('${name}').update('a').update(new Uint8Array([195, 169])).digest('hex')`),
      "crypto.createHmac('sha256', 'key').update('data').digest('base64')",
      "crypto.hash('sha1', 'é')",
      "(() => { const h = crypto.createHash('md5').update('a'); const c = h.copy().update('b'); return [h.digest('hex'), c.digest('hex')] })()",
      "(() => { try { crypto.createHash('nope') } catch (error) { return error instanceof Error } })()",
      'crypto.randomInt(5, 6)',
      'typeof crypto.randomUUID()',
      'crypto.timingSafeEqual(new Uint8Array([1]), new Uint8Array([1]))',
      'new Set(crypto.randomFillSync(new Uint8Array(200_000))).size',
      'await new Promise((resolve) => crypto.randomBytes(4, (error, bytes) => resolve([error, bytes.length])))',
    ],
    constants: ['constants.ENOENT', 'constants.SIGKILL', 'constants.O_RDONLY'],
  })) {
    it(`${name} answers as Node's does`, async () => {
      const variable = name.split('/')[0] ?? '';
      for (const line of lines) {
        const nodes = compileFunction(`return (async () => ${line})()`, [variable, 'require']) as (
          ...args: unknown[]
        ) => Promise<unknown>;
        const module = (await import(`node:${name}`)) as { default: unknown };
        const require = createRequire(import.meta.url);
        const answer = JSON.stringify(await nodes(module.default, require)) as string | undefined;
        const ours = await value(
          `await (async () => { const ${variable} = require('${name}'); return \`\${JSON.stringify(${line})}\` })()`,
        );
        assert.equal(ours, answer ?? 'undefined', line);
      }
    });
  }

  it('console and process are those of the session', async () => {
    assert.deepEqual(await value("[require('console') === console, require('process') === process]"), [true, true]);
    const ran = await session.repl("require('console').log('%s', 1); require('util').deprecate(() => 0, 'old')()");
    assert.deepEqual(consoleOf(ran), ['1']);
  });

  it('Buffer is a global, loaded when it is first used', async () => {
    const other = await ModuleSession.open({});
    try {
      const lines = ["Object.getOwnPropertyDescriptor(globalThis, 'Buffer').get !== undefined", "Buffer.from('é').toString('hex')", "Buffer === require('buffer').Buffer", "Object.getOwnPropertyDescriptor(globalThis, 'Buffer').get !== undefined"]; // prettier-ignore
      const answers = [];
      for (const line of lines) answers.push(valueOf(await other.repl(line)));
      assert.deepEqual(answers, [true, 'c3a9', true, false]);
      assert.equal(valueOf(await other.repl('Buffer = 5; Buffer')), 5);
    } finally {
      await other.close();
    }
  });

  it('crypto says what it does not have', async () => {
    await session.write({ 'h.mjs': "import { createCipheriv } from 'crypto'; createCipheriv('aes')" });
    assert.match(String(valueOf(await session.file('h.mjs'))), /crypto\.createCipheriv is not available in sessions/);
  });

  it('show no frames of theirs', async () => {
    await session.write({ 'f.cjs': "const { strictEqual } = require('assert');\nstrictEqual(1, 2)" });
    const { error } = await session.file('f.cjs');
    assert.match(error?.stack ?? '', /f\.cjs:2:1/);
    assert.doesNotMatch(error?.stack ?? '', /node:assert|vm-system/);
  });

  it('know nothing that the session does not', async () => {
    assert.equal(await value('typeof internals'), 'undefined');
    assert.equal(await value("require('path').resolve('x')"), `${session.root}/x`);
  });
});
