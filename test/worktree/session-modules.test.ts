import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoadReply, LoadRequest, ModuleFile, ModuleTarget } from '../../shared/ipc/module-messages.ts';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import { SessionModules } from '../../daemon/worktree/session-modules.ts';
import { SourceCache } from '../../daemon/worktree/source-cache.ts';
import { TypeStripper } from '../../daemon/worktree/type-stripper.ts';
import { makeTree, writeTree } from './tree.ts';

describe('the modules of a session', () => {
  const stripper = new TypeStripper();
  let root: string;
  let remove: () => Promise<void>;
  let modules: SessionModules;
  let cache: SourceCache;

  beforeEach(async () => {
    const tree = await makeTree({ 'tree/main.js': '', 'secret.js': 'canary' });
    root = join(tree.root, 'tree');
    remove = tree.remove;
    cache = new SourceCache();
    modules = new SessionModules(root, DEFAULT_SETTINGS.resolver, { cache, stripTypes: stripper.strip });
  });
  afterEach(() => remove());
  after(() => stripper.dispose());

  const url = (path: string): string => pathToFileURL(join(root, path)).href;
  const load = (specifier: string, more: Partial<LoadRequest> = {}): Promise<LoadReply> =>
    modules.load({
      id: 1,
      fresh: false,
      wishes: [{ kind: 'import', specifier, referrer: url('main.js') }],
      again: [],
      ...more,
    });
  const names = (files: readonly ModuleFile[]): string[] =>
    files.map((file) => file.url.slice(url('').length + 1)).sort();
  const refused = (target: ModuleTarget | undefined): string =>
    target !== undefined && 'code' in target ? target.code : 'not refused';

  it('answers with the whole graph at once, and with nothing twice', async () => {
    await writeTree(root, {
      'a.js': "import './b.mjs'; export * from './lib/c.js'; const d = await import('./d.cjs'); // import './comment.js'",
      'b.mjs': 'import "./a.js"', 'lib/c.js': "import x from '../data.json' with { type: 'json' }; import 'missing'", 'data.json': '{}',
      'd.cjs': "const e = require('./e'); require('node:fs'); require(e)", 'e.js': '', 'comment.js': '', 'unrelated.js': '',
    }); // prettier-ignore
    const { targets, files } = await load('./a.js');
    assert.deepEqual(targets, [{ url: url('a.js') }]);
    assert.deepEqual(names(files), ['a.js', 'b.mjs', 'comment.js', 'd.cjs', 'data.json', 'e.js', 'lib/c.js']);
    const d = files.find((file) => file.url === url('d.cjs'));
    assert.deepEqual(d?.links, [['require', './e', url('e.js')]]);
    assert.deepEqual((await load('./lib/c.js')).files, []);
    assert.deepEqual(names((await load('./d.cjs', { again: [url('e.js')] })).files), ['e.js']);
  });

  it('hands out files while it reads on, each once and with its links', async () => {
    await writeTree(root, {
      'a.js': "import './b.js'; import './c.js'", 'b.js': "import './d.js'", 'c.js': "import './d.js'; import './data.json'",
      'd.js': "import './a.js'", 'data.json': '{}',
    }); // prettier-ignore
    const parts: ModuleFile[][] = [];
    const wishes = [{ kind: 'import' as const, specifier: './a.js', referrer: url('main.js') }];
    const reply = await modules.load({ id: 1, fresh: false, wishes, again: [] }, (files) => parts.push(files));
    assert.deepEqual(parts.map(names), [['a.js'], ['b.js', 'c.js'], ['d.js', 'data.json']]);
    assert.deepEqual(reply.files, []);
    const links = parts.flat().map((file) => [names([file])[0], names(file.links.map(([, , target]) => ({ ...file, url: target })))]); // prettier-ignore
    assert.deepEqual(Object.fromEntries(links), {
      'a.js': ['b.js', 'c.js'], 'b.js': ['d.js'], 'c.js': ['d.js', 'data.json'], 'd.js': ['a.js'], 'data.json': [],
    }); // prettier-ignore
  });

  it('knows the format by extension and package type', async () => {
    await writeTree(root, {
      'index.js': "import './a.mjs'; import './b.cjs'; import './c.json'; import './m/d.js'; import './m/e.cjs'; import './m/f/g.js'; import './t.ts'",
      'a.mjs': '', 'b.cjs': '', 'c.json': '1', 'm/package.json': { type: 'module' }, 'm/d.js': '', 'm/e.cjs': '',
      'm/f/package.json': {}, 'm/f/g.js': '', 't.ts': '',
    }); // prettier-ignore
    const { files } = await load('./index.js');
    const formats = Object.fromEntries(files.map((file) => [names([file])[0] ?? '', file.format]));
    assert.deepEqual(formats, {
      'index.js': 'detect', 'a.mjs': 'module', 'b.cjs': 'commonjs', 'c.json': 'json', 'm/d.js': 'module', 'm/e.cjs': 'commonjs',
      'm/f/g.js': 'detect', 't.ts': 'detect',
    }); // prettier-ignore
  });

  it('strips types and keeps every position; what cannot be erased is named with its place', async () => {
    await writeTree(root, {
      'a.ts': 'export const x: number = 1;',
      'b.ts': '\n  enum Colour { Red }',
      'c.ts': 'let x: = 3',
    });
    assert.deepEqual((await load('./a.ts')).files[0]?.source, 'export const x         = 1;');
    const [b, c] = [(await load('./b.ts')).targets[0], (await load('./c.ts')).targets[0]];
    assert.deepEqual(b, {
      code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
      message: 'b.ts:2:3: TypeScript enum is not supported in strip-only mode',
    });
    assert.equal(refused(c), 'ERR_INVALID_TYPESCRIPT_SYNTAX');
    assert.match(JSON.stringify(c), /c\.ts:1:8: /);
  });

  it('says which files changed since they were handed out, however quickly and quietly', async () => {
    await writeTree(root, {
      'a.js': 'import "./b.js"; import "./c.js"; import "./d.js"',
      'b.js': '1',
      'c.js': '1',
      'd.js': '1',
    });
    await load('./a.js');
    assert.deepEqual((await load('./a.js', { fresh: true })).changed, []);
    await writeFile(join(root, 'b.js'), '2');
    await rm(join(root, 'c.js'));
    await utimes(join(root, 'd.js'), 1, 1);
    const reply = await load('./a.js', { fresh: true });
    assert.deepEqual(reply.changed.sort(), [url('b.js'), url('c.js')]);
    assert.deepEqual(names((await load('./b.js')).files), ['b.js']);
    assert.deepEqual((await load('./a.js', { fresh: true })).changed, []);
    for (const text of ['3', '4', '5']) {
      await writeFile(join(root, 'b.js'), text);
      assert.deepEqual((await load('./b.js', { fresh: true })).files.map(({ source }) => source), [text]); // prettier-ignore
    }
  });

  it('refuses every way out of the worktree', async () => {
    const up = join(dirname(root), 'secret.js');
    await symlink('../secret.js', join(root, 'out.js'));
    await symlink('..', join(root, 'up'));
    await mkdir(join(root, 'node_modules'));
    await symlink('../..', join(root, 'node_modules', 'outer'));
    await writeTree(root, { 'node_modules/evil/package.json': { name: 'evil', main: '../../../secret.js' }, 'node_modules/evil2/package.json': { name: 'evil2', exports: './../../../secret.js' } }); // prettier-ignore
    const ways = ['../secret.js', './lib/../../secret.js', up, `/../secret.js`, pathToFileURL(up).href, './out.js', './up/secret.js', 'outer/secret.js', 'evil', 'evil2', '%2e%2e/secret.js', './%2e%2e/secret.js', '..%2fsecret.js', '/etc/passwd', 'file:///etc/passwd', '/proc/self/environ', 'file://host/share', './main.js\0', 'x'.repeat(5000), '']; // prettier-ignore
    for (const kind of ['import', 'require'] as const) {
      for (const specifier of ways) {
        const reply = await load('', { wishes: [{ kind, specifier, referrer: url('main.js') }] });
        assert.notEqual(refused(reply.targets[0]), 'not refused', `${kind} ${specifier}`);
        assert.ok(!JSON.stringify(reply).includes('canary'), specifier);
      }
    }
    for (const referrer of [pathToFileURL(up).href, 'file:///etc/x.js']) {
      const reply = await load('', { wishes: [{ kind: 'import', specifier: './secret.js', referrer }] });
      assert.equal(refused(reply.targets[0]), 'ERR_INVALID_MODULE_SPECIFIER');
    }
    assert.equal((await load('./main.js', { again: [pathToFileURL(up).href, 'not a url'] })).files.length, 1);
  });

  it('reads no pipes, devices or folders; a hard link inside is a file inside', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.js')]);
    await symlink('/dev/zero', join(root, 'zero.js'));
    await mkdir(join(root, 'folder.js'));
    for (const specifier of ['./pipe.js', './zero.js', './folder.js']) {
      assert.notEqual(refused((await load(specifier)).targets[0]), 'not refused', specifier);
    }
    await link(join(dirname(root), 'secret.js'), join(root, 'hard.js'));
    assert.equal((await load('./hard.js')).files[0]?.source, 'canary');
  });

  it('gives one module to every link to it: its real path', async () => {
    await writeTree(root, {
      'store/p/index.js': '',
      'a.js': "import 'p'; import './link.js'; import './store/p/index.js'",
    });
    await mkdir(join(root, 'node_modules'));
    await symlink('../store/p', join(root, 'node_modules', 'p'));
    await symlink('store/p/index.js', join(root, 'link.js'));
    assert.deepEqual(names((await load('./a.js')).files), ['a.js', 'store/p/index.js']);
  });

  it('never gives out what a folder that is swapped meanwhile leads to', async () => {
    await writeTree(root, { 'inner/secret.js': 'fine' });
    const swaps = { on: true };
    const swapper = (async () => {
      for (let i = 0; swaps.on; i++) {
        await symlink(i % 2 === 0 ? 'inner' : '..', join(root, 'swap.new'));
        await rename(join(root, 'swap.new'), join(root, 'swap'));
      }
    })();
    for (let i = 0; i < 300; i++) {
      const fresh = new SessionModules(root, DEFAULT_SETTINGS.resolver, { cache, stripTypes: stripper.strip });
      const reply = await fresh.load({ id: 1, fresh: true, wishes: [{ kind: 'require', specifier: './swap/secret.js', referrer: '' }], again: [] }); // prettier-ignore
      assert.ok(!JSON.stringify(reply).includes('canary'));
    }
    swaps.on = false;
    await swapper;
  });
});
