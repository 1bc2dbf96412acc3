import assert from 'node:assert/strict';
import { consoleOf, ModuleSession, valueOf } from './module-session.ts';

describe('ES modules', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({});
  });
  after(() => session.close());

  it('run as files: the default export is the result', async () => {
    await session.write({
      'main.mjs': 'import { add } from "./lib/add.js"; export default add(1, 2)',
      'lib/add.js': 'export const add = (a, b) => a + b',
      'syntax.js': 'export default import.meta.url.slice(-9)',
      'none.mjs': 'export const a = 1',
    });
    assert.equal(valueOf(await session.file('main.mjs')), 3);
    assert.equal(valueOf(await session.file('syntax.js')), 'syntax.js');
    assert.equal(valueOf(await session.file('none.mjs')), 'undefined');
  });

  it('evaluate in order, once, with live bindings and cycles', async () => {
    await session.write({
      'main.mjs': `
        import './first.mjs'; import { n, inc } from './counter.mjs'; import { even } from './even.mjs'; import './first.mjs';
        log('main'); inc(); inc();
        export default [n, even(10), even(7), order];
        import { log, order } from './log.mjs';`,
      'first.mjs': "import { log } from './log.mjs'; log('first')",
      'counter.mjs': "import { log } from './log.mjs'; log('counter'); export let n = 0; export function inc() { n++ }",
      'even.mjs': "import { odd } from './odd.mjs'; export function even(n) { return n === 0 || odd(n - 1) }",
      'odd.mjs': "import { even } from './even.mjs'; export function odd(n) { return n !== 0 && even(n - 1) }",
      'log.mjs': 'export const order = []; export const log = (what) => order.push(what)',
    });
    assert.deepEqual(valueOf(await session.file('main.mjs')), [2, true, false, ['first', 'counter', 'main']]);
  });

  it('may have any name, in any script', async () => {
    await session.write({
      'names.mjs': `
        import { grösse } from './größe/日本.mjs'; import { grin } from './\\u{1F600}.mjs'; import plain from './é.json' with { type: 'json' };
        export * as all from './größe/日本.mjs'; export default [grösse, grin, plain.a, (await import('./größe/日本.mjs')).grösse];`,
      'größe/日本.mjs': 'export const grösse = 1',
      '😀.mjs': 'export const grin = 2',
      'é.json': '{"a":3}',
    });
    assert.deepEqual(valueOf(await session.file('names.mjs')), [1, 2, 3, 1]);
  });

  it('hoist functions across cycles, and keep the rest in its dead zone', async () => {
    await session.write({
      'a.mjs':
        "import { seen } from './b.mjs'; export let late = 1; export function early() { return 'early' } export default seen",
      'b.mjs':
        "import { early, late } from './a.mjs'; let tdz; try { late } catch (e) { tdz = e.name } export const seen = [early(), tdz]",
    });
    assert.deepEqual(valueOf(await session.file('a.mjs')), ['early', 'ReferenceError']);
  });

  it('wait for top-level await, and let siblings go on meanwhile', async () => {
    await session.write({
      'main.mjs': "import './slow.mjs'; import './quick.mjs'; import { order } from './log.mjs'; export default order",
      'slow.mjs':
        "import { order } from './log.mjs'; order.push('slow 1'); await null; await null; order.push('slow 2')",
      'quick.mjs': "import { order } from './log.mjs'; order.push('quick')",
      'log.mjs': 'export const order = []',
    });
    assert.deepEqual(valueOf(await session.file('main.mjs')), ['slow 1', 'quick', 'slow 2']);
  });

  it('have import.meta', async () => {
    await session.write({
      'dir/m.mjs': `const { dirname, filename, main, url } = import.meta;
        import { main as inner } from './n.mjs';
        export default [dirname, filename, main, url, inner, import.meta.resolve('./n.mjs'), Object.getPrototypeOf(import.meta)]`,
      'dir/n.mjs': 'export const { main } = import.meta',
    });
    const { root } = session;
    const file = `${root}/dir/m.mjs`;
    const expected = [`${root}/dir`, file, true, `file://${file}`, false, `file://${root}/dir/n.mjs`, null];
    assert.deepEqual(valueOf(await session.file('dir/m.mjs')), expected);
  });

  it('are imported dynamically from modules, CommonJS, scripts and the REPL', async () => {
    await session.write({
      'm.mjs': "export const load = () => import('./x/lazy.mjs')", 'c.cjs': "exports.load = () => import('./x/lazy.mjs')",
      'script.js': "const load = () => import('./x/lazy.mjs'); load().then(({ v }) => v)",
      'sub/late.js': "globalThis.late = () => import('./near.mjs'); 0", 'sub/near.mjs': "export default 'near'",
      'x/lazy.mjs': "export const v = await Promise.resolve('lazy'); export default 1",
    }); // prettier-ignore
    assert.equal(valueOf(await session.repl("import { load } from './m.mjs'; (await load()).v")), 'lazy');
    assert.equal(valueOf(await session.repl("(await require('./c.cjs').load()).v")), 'lazy');
    assert.equal(valueOf(await session.file('script.js')), 'lazy');
    assert.equal(valueOf(await session.repl("await import('./x/lazy.mjs') === await import('/x/lazy.mjs')")), true);
    await session.file('sub/late.js');
    assert.equal(valueOf(await session.repl('(await late()).default')), 'near');
  });

  it('bind REPL imports as variables of the session', async () => {
    await session.write({
      'm.mjs': 'export default "d"; export const a = 1, b = 2; export { a as "odd name" }', 'side.mjs': 'globalThis.side = 1',
      'data.json': '{"k": [1]}', 'dep.cjs': 'exports.named = 5',
    }); // prettier-ignore
    await session.repl('import d, { a, b as bee,\n "odd name" as odd } from "./m.mjs"');
    assert.deepEqual(valueOf(await session.repl('[d, a, bee, odd]')), ['d', 1, 2, 1]);
    assert.deepEqual(
      valueOf(await session.repl('import * as ns from "./m.mjs"; import "./side.mjs"; [ns.a, side]')),
      [1, 1],
    );
    assert.deepEqual(valueOf(await session.repl('import j from "./data.json" with { type: "json" }; j')), { k: [1] });
    assert.deepEqual(valueOf(await session.repl('import dep, { named } from "./dep.cjs"; [dep.named, named]')), [5, 5]);
    await session.write({ 'unset.mjs': 'export let unset' });
    assert.equal(valueOf(await session.repl('import { unset } from "./unset.mjs"; typeof unset')), 'undefined');
  });

  it('import CommonJS with the names that Node finds, and JSON', async () => {
    await session.write({
      'main.mjs': `import dep, { a, b as bee, star, 'module.exports' as whole } from './dep.cjs'; import * as ns from './dep.cjs';
        import fn from './fn.cjs'; import json from './data.json' with { type: 'json' }; import late from './late.cjs';
        export default [dep.a, a, bee, star, whole === dep, Object.keys(ns), fn(2), json, ns.default === dep, late]`,
      'dep.cjs': 'exports.a = 1; exports.b = 2; __exportStar(require("./star.cjs"), exports); function __exportStar(m, e) { Object.assign(e, m) }',
      'star.cjs': 'exports.star = "*"', 'fn.cjs': 'module.exports = (n) => n * 2', 'data.json': '[1, {"x": null}]',
      'late.cjs': 'exports.late = 1',
    }); // prettier-ignore
    const names = ['a', 'b', 'default', 'module.exports', 'star'];
    const expected = [1, 1, 2, '*', true, names, 4, [1, { x: null }], true, { late: 1 }];
    assert.deepEqual(valueOf(await session.file('main.mjs')), expected);
  });

  it('run CommonJS dependencies in the order of the imports', async () => {
    await session.write({
      'main.mjs': "import './a.mjs'; import './b.cjs'; import './c.mjs'; export default globalThis.order",
      'a.mjs': 'globalThis.order = ["a"]', 'b.cjs': 'order.push("b")', 'c.mjs': 'order.push("c")',
    }); // prettier-ignore
    assert.deepEqual(valueOf(await session.file('main.mjs')), ['a', 'b', 'c']);
  });

  it('are there once they were imported, however many imports of one are under way', async () => {
    for (let i = 0; i < 40; i++) {
      await session.write({ [`same${i}.mjs`]: 'export const id = {}' });
      const code = `(await Promise.all(['a', 'b', 'a'].map((query) => import('./same${i}.mjs?' + query)))).length`;
      assert.equal(valueOf(await session.repl(code)), 3);
    }
  });

  it('are other modules with another query', async () => {
    await session.write({
      'q.mjs': 'export const id = {}; export const { search } = new URL(import.meta.url)',
    });
    await session.repl("globalThis.URL ??= class { constructor(url) { this.search = url.slice(url.indexOf('?')) } }");
    const code =
      "const [a, b, c] = await Promise.all(['./q.mjs?1', './q.mjs?2', './q.mjs?1'].map((s) => import(s))); [a === b, a === c, b.search]";
    assert.deepEqual(valueOf(await session.repl(code)), [false, true, '?2']);
  });

  it('show their console output as it comes', async () => {
    await session.write({
      'main.mjs': "import './a.mjs'; console.log('main')",
      'a.mjs': "console.log('a')",
    });
    assert.deepEqual(consoleOf(await session.file('main.mjs')), ['a', 'main']);
  });

  it('are refused when esm is off, where CommonJS goes on', async () => {
    const tree = {
      'm.mjs': 'export default 1',
      's.js': 'import "./m.mjs"',
      'c.cjs': 'exports.x = 1',
      'u.cjs': 'import("./m.mjs").then(() => 0)',
    };
    const off = await ModuleSession.open(tree, { runtime: { esm: false } });
    for (const [file, named] of [
      ['m.mjs', 'm.mjs'],
      ['s.js', 's.js'],
      ['u.cjs', 'm.mjs, imported from u.cjs,'],
    ] as const) {
      assert.equal(
        valueOf(await off.file(file)),
        `[IMPORT_FAILED] Error: ES modules are off in this session, and ${named} is one: set runtime.esm of its template to true, and restart the session`,
      );
    }
    assert.match(
      String(valueOf(await off.repl('await import("./m.mjs")'))),
      / m\.mjs, imported from the REPL, is one: /,
    );
    assert.equal(valueOf(await off.repl('require("./c.cjs").x + (await import("./c.cjs")).x')), 2);
    await off.close();
  });
});
