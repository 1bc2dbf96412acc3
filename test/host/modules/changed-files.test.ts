import assert from 'node:assert/strict';
import { ModuleSession, valueOf } from './module-session.ts';

const WITH_FS = { modules: ['fs'], capabilities: [] };

describe('files between executions', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({});
  });
  after(() => session.close());

  it('are run anew each time, over modules that keep their state', async () => {
    await session.write({
      'main.mjs': "import { count } from './state.mjs'; export default count()",
      'state.mjs': 'let n = 0; export const count = () => ++n',
    });
    for (const expected of [1, 2, 3]) assert.equal(valueOf(await session.file('main.mjs')), expected);
    assert.equal(valueOf(await session.repl("(await import('./state.mjs')).count()")), 4);
  });

  it('are read anew when they changed, with all that imports them, and nothing else', async () => {
    const stamp = (name: string): string => `globalThis.${name} = (globalThis.${name} ?? 0) + 1`;
    await session.write({
      'top.mjs': `import './mid.mjs'; import './other.mjs'; ${stamp('top')}; export default [top, mid, leaf, other, common]`,
      'mid.mjs': `import './leaf.mjs'; import './common.cjs'; ${stamp('mid')}`, 'leaf.mjs': `globalThis.text = 'old'; ${stamp('leaf')}`,
      'other.mjs': `${stamp('other')}; export {}`, 'common.cjs': `require('./inner.cjs'); ${stamp('common')}`, 'inner.cjs': '0',
    }); // prettier-ignore
    assert.deepEqual(valueOf(await session.file('top.mjs')), [1, 1, 1, 1, 1]);
    assert.deepEqual(valueOf(await session.file('top.mjs')), [2, 1, 1, 1, 1]);
    await session.write({ 'leaf.mjs': `globalThis.text = 'new'; ${stamp('leaf')}` });
    assert.deepEqual(valueOf(await session.file('top.mjs')), [3, 2, 2, 1, 1]);
    assert.equal(valueOf(await session.repl('text')), 'new');
    await session.write({ 'inner.cjs': '1' });
    assert.deepEqual(valueOf(await session.file('top.mjs')), [4, 3, 2, 1, 2]);
  });

  it('are told of to the next execution, when one did not ask for what it seemed to require', async () => {
    await session.write({
      'maybe.js': "globalThis.wants = require('./wanted.cjs').v; 1",
      'never.js': "if (false) require('./wanted.cjs'); 2",
      'wanted.cjs': 'exports.v = "first"',
    });
    assert.equal(valueOf(await session.file('maybe.js')), 1);
    for (const v of ['second', 'third']) {
      await session.write({ 'wanted.cjs': `exports.v = "${v}"` });
      assert.equal(valueOf(await session.file('never.js')), 2);
      assert.equal(valueOf(await session.repl("require('./wanted.cjs').v")), v);
    }
  });

  it('are read when a script asks for them, when that is long after its start', async () => {
    await session.write({ 'late.js': "console.log('in'); await go(); require('./late.cjs')", 'late.cjs': 'module.exports = 1' }); // prettier-ignore
    await session.repl('globalThis.go = () => new Promise((resolve) => setTimeout(resolve, 1000)); 0');
    const running = session.file('late.js');
    await session.seen(({ type }) => type === 'console');
    await session.write({ 'late.cjs': 'module.exports = 2' });
    assert.equal(valueOf(await running), 2);
  });

  it('are read when a script asks for them, when it may have written them', async () => {
    const writer = await ModuleSession.open({ 'made.cjs': 'module.exports = "before"' }, {}, WITH_FS);
    const script = "const made = () => require('./made.cjs'); require('fs').writeFileSync('made.cjs', 'module.exports = \"after\"'); made()"; // prettier-ignore
    await writer.write({ 'writes.js': script });
    assert.equal(valueOf(await writer.file('writes.js')), 'after');
    await writer.close();
  });

  it('are read anew by the REPL as well, within one line they are not', async () => {
    await session.write({ 'v.cjs': 'module.exports = 1', 'w.mjs': 'export default 1' });
    assert.deepEqual(valueOf(await session.repl("[require('./v.cjs'), (await import('./w.mjs')).default]")), [1, 1]);
    await session.write({ 'v.cjs': 'module.exports = 2', 'w.mjs': 'export default 2' });
    assert.deepEqual(valueOf(await session.repl("[require('./v.cjs'), (await import('./w.mjs')).default]")), [2, 2]);
  });

  it('that were broken or missing can be mended', async () => {
    await session.write({
      'use.mjs': "import v from './mended.mjs'; export default v",
      'mended.mjs': 'export default = 1',
    });
    assert.match(String(valueOf(await session.file('use.mjs'))), /IMPORT_FAILED.*mended\.mjs:1:16/);
    await session.write({ 'mended.mjs': "import './absent.mjs'; export default 1" });
    assert.match(
      String(valueOf(await session.file('use.mjs'))),
      /Cannot find module '\.\/absent\.mjs' imported from mended\.mjs/,
    );
    await session.write({ 'absent.mjs': 'throw new Error("once")' });
    assert.match(String(valueOf(await session.file('use.mjs'))), /once/);
    await session.write({ 'absent.mjs': '' });
    assert.equal(valueOf(await session.file('use.mjs')), 1);
  });

  it('that threw are tried again by the next execution, and not by the same', async () => {
    await session.write({
      'try.mjs':
        'globalThis.tries = (globalThis.tries ?? 0) + 1; if (tries < 3) throw new Error("no"); export default tries',
    });
    const code =
      "const t = () => import('./try.mjs').then((m) => m.default, () => 'failed'); [await t(), await t(), tries]";
    assert.deepEqual(valueOf(await session.repl(code)), ['failed', 'failed', 1]);
    assert.deepEqual(valueOf(await session.repl(code)), ['failed', 'failed', 2]);
    assert.deepEqual(valueOf(await session.repl(code)), [3, 3, 3]);
  });
});
