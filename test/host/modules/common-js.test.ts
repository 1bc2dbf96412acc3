import assert from 'node:assert/strict';
import { ModuleSession, valueOf } from './module-session.ts';

describe('CommonJS', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({});
  });
  after(() => session.close());

  it('has its module, its names and its cache', async () => {
    await session.write({
      'c.cjs': `exports.a = 1; module.exports.b = [__filename === module.filename, __dirname === module.path, module.loaded, module.id === __filename,
        this === exports, require.main === undefined, require.cache[__filename] === module, typeof module.require]`,
    });
    const expected = [true, true, false, true, true, true, true, 'function'];
    assert.deepEqual(valueOf(await session.repl("require('./c.cjs')")), { a: 1, b: expected });
    assert.equal(
      valueOf(
        await session.repl("require('./c.cjs') === require('./c') && require.cache[require.resolve('./c')].loaded"),
      ),
      true,
    );
    assert.equal(valueOf(await session.repl("require.resolve('./c')")), `${session.root}/c.cjs`);
  });

  it('gives its names to ES modules, also when it was required before they imported it', async () => {
    await session.write({
      'dep.cjs': 'exports.named = 1; exports.other = 2',
      'pass.cjs': "module.exports = require('./dep.cjs')",
      'first.cjs': "module.exports = [require('./dep.cjs').named, require('./pass.cjs').other]",
      'late.mjs':
        "import { named } from './dep.cjs'; import { other } from './pass.cjs'; export default [named, other]",
    });
    assert.deepEqual(valueOf(await session.repl("require('./first.cjs')")), [1, 2]);
    assert.deepEqual(valueOf(await session.repl("(await import('./late.mjs')).default")), [1, 2]);
    await session.write({ 'dep.cjs': 'exports.named = 3; exports.fresh = 4' });
    assert.deepEqual(valueOf(await session.repl("require('./first.cjs')")), [3, null]);
    assert.deepEqual(valueOf(await session.repl("Object.keys(await import('./pass.cjs'))")), [
      'default',
      'fresh',
      'module.exports',
      'named',
    ]);
  });

  it('runs and fails nothing that is not required, although it was handed over before', async () => {
    await session.write({
      'lazy.cjs': "exports.go = () => require('./broken.cjs'); exports.no = () => require('./absent.cjs')",
      'broken.cjs': "console.log('runs'); exports.x = ;",
    });
    assert.deepEqual(valueOf(await session.repl("Object.keys(require('./lazy.cjs'))")), ['go', 'no']);
    const { error } = await session.repl("require('./lazy.cjs').go()");
    assert.match(error?.message ?? '', /^SyntaxError: Unexpected token ';' \(broken\.cjs:1:/);
    await session.write({ 'broken.cjs': 'exports.x = 5' });
    assert.equal(valueOf(await session.repl("require('./lazy.cjs').go().x")), 5);
    const { error: missing } = await session.repl("require('./lazy.cjs').no()");
    assert.match(missing?.message ?? '', /absent\.cjs.*lazy\.cjs/);
  });

  it('loads more files than are handed over or compiled at once', async () => {
    const files = Array.from({ length: 600 }, (_, i) => [
      `many/${i}.cjs`,
      `exports.n = 1 + require('./${i + 1}.cjs').n`,
    ]);
    await session.write({ ...(Object.fromEntries(files) as Record<string, string>), 'many/600.cjs': 'exports.n = 0' });
    assert.equal(valueOf(await session.repl("require('./many/0.cjs').n")), 600);
    await session.write({ 'many/600.cjs': 'exports.n = 400' });
    assert.equal(valueOf(await session.repl("require('./many/0.cjs').n")), 1000);
  });

  it('gives half-made exports in cycles, as Node does', async () => {
    await session.write({
      'a.cjs': "exports.early = 1; const b = require('./b.cjs'); exports.late = b.seen",
      'b.cjs': "exports.seen = Object.keys(require('./a.cjs'))",
    });
    assert.deepEqual(valueOf(await session.repl("require('./a.cjs')")), { early: 1, late: ['early'] });
  });

  it('loads folders, JSON, extensions and ES modules', async () => {
    await session.write({
      'all.cjs': "module.exports = [require('./dir').d, require('./pack').p, require('./data').k, require('./esm.mjs').default, require('./named.mjs')]",
      'dir/index.js': 'exports.d = 1', 'pack/package.json': { main: 'lib/m' }, 'pack/lib/m.js': 'exports.p = 2', 'data.json': { k: 3 },
      'esm.mjs': 'export default 4', 'named.mjs': "const whole = 5; export { whole as 'module.exports' }",
    }); // prettier-ignore
    assert.deepEqual(valueOf(await session.repl("require('./all.cjs')")), [1, 2, 3, 4, 5]);
  });

  it('is sloppy where scripts are strict', async () => {
    await session.write({
      'sloppy.cjs': 'undeclared = 1; module.exports = (function () { return this === globalThis })()',
      'strict.cjs': "'use strict'; module.exports = (function () { return this })()",
    });
    assert.equal(valueOf(await session.repl("require('./sloppy.cjs')")), true);
    assert.equal(valueOf(await session.repl("require('./strict.cjs')")), 'undefined');
    assert.match(String(valueOf(await session.repl('undeclared2 = 1'))), /undeclared2 is not defined/);
  });

  it('is loaded anew when it threw, or was deleted from the cache', async () => {
    await session.write({
      'n.cjs': "globalThis.n = (globalThis.n ?? 0) + 1; if (n === 1) throw new Error('first'); module.exports = n",
    });
    assert.match(String(valueOf(await session.repl("require('./n.cjs')"))), /^\[JS_EXCEPTION\] Error: first$/);
    assert.deepEqual(
      valueOf(
        await session.repl(
          "const two = require('./n.cjs'); delete require.cache[require.resolve('./n.cjs')]; [two, require('./n.cjs'), require('./n.cjs')]",
        ),
      ),
      [2, 3, 3],
    );
  });

  it('takes what a program puts into the cache', async () => {
    await session.write({ 'real.cjs': "module.exports = 'real'" });
    assert.equal(
      valueOf(
        await session.repl("require.cache[require.resolve('./real.cjs')] = { exports: 'fake' }; require('./real.cjs')"),
      ),
      'fake',
    );
  });

  it('hands ES modules over at once, or says why it cannot', async () => {
    await session.write({
      'tla.mjs': 'export const v = await 1', 'cycle.mjs': "import './inner.cjs'; export const v = 1", 'inner.cjs': "exports.error = null; try { require('./cycle.mjs') } catch (e) { exports.error = e.code }",
      'bad.mjs': 'export {}; globalThis.thrown = { not: "an error" }; throw thrown', 'deep.mjs': "import './bad.mjs'",
    }); // prettier-ignore
    assert.match(
      String(valueOf(await session.repl("require('./tla.mjs')"))),
      /^\[IMPORT_FAILED\] Error: require\(\) of tla\.mjs cannot wait for its top-level await/,
    );
    assert.equal(
      valueOf(await session.repl("await import('./cycle.mjs'); require('./inner.cjs').error")),
      'ERR_REQUIRE_CYCLE_MODULE',
    );
    for (const file of ['bad', 'deep', 'bad']) {
      assert.equal(
        valueOf(await session.repl(`try { require('./${file}.mjs') } catch (e) { e === thrown }`)),
        true,
        file,
      );
    }
  });

  it('runs as a script when it is run: variables stay, the last expression or module.exports is the result', async () => {
    await session.write({
      'script.js': "const dep = require('./dep.cjs');\nvar kept = dep.v;\n[kept, __filename.slice(-9), require.main === module]", 'dep.cjs': 'exports.v = 1',
      'exports.cjs': 'module.exports = { e: 1 };\n5', 'plain.cjs': '1 + 1', 'umd.js': "(function (f) { if (typeof exports === 'object' && typeof module !== 'undefined') module.exports = f(); else globalThis.umd = f() })(() => 'umd')",
    }); // prettier-ignore
    assert.deepEqual(valueOf(await session.file('script.js')), [1, 'script.js', true]);
    assert.equal(valueOf(await session.repl('kept + dep.v')), 2);
    assert.deepEqual(valueOf(await session.file('exports.cjs')), { e: 1 });
    assert.equal(valueOf(await session.file('plain.cjs')), 2);
    assert.equal(valueOf(await session.file('umd.js')), 'umd');
    assert.deepEqual(
      valueOf(await session.repl('[typeof module, typeof exports, typeof __filename, typeof require]')),
      ['undefined', 'undefined', 'undefined', 'function'],
    );
  });

  it('keeps requiring from its own file, whoever calls later', async () => {
    await session.write({
      'sub/late.js': "globalThis.late = () => require('./near.cjs') + __dirname.slice(-3); 0",
      'sub/near.cjs': "module.exports = 'near'",
    });
    await session.file('sub/late.js');
    assert.equal(valueOf(await session.repl('late()')), 'nearsub');
    assert.match(
      String(valueOf(await session.repl("require('./near.cjs')"))),
      /Cannot find module '\.\/near\.cjs' imported from the REPL/,
    );
  });
});
