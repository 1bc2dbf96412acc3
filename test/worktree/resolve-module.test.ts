import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ImportKind } from '../../shared/ipc/module-messages.ts';
import { DEFAULT_SETTINGS, type ResolverSettings } from '../../shared/model/settings.ts';
import { localDevice } from '../../daemon/worktree/file-opener.ts';
import { resolveModule } from '../../daemon/worktree/resolve-module.ts';
import { SourceCache } from '../../daemon/worktree/source-cache.ts';
import { WorktreeReader } from '../../daemon/worktree/worktree-reader.ts';
import { makeTree, writeTree, type Tree } from './tree.ts';

/** Answers `[referrer, kind, specifier]` lines with what Node itself makes of them. */
const ASK_NODE = `
  import { createRequire } from 'node:module';
  import { realpathSync } from 'node:fs';
  import { fileURLToPath, pathToFileURL } from 'node:url';
  const cases = JSON.parse(process.argv[1]);
  const answers = cases.map(([referrer, kind, specifier]) => {
    try {
      if (kind === 'require') return createRequire(referrer).resolve(specifier);
      return realpathSync(fileURLToPath(import.meta.resolve(specifier, pathToFileURL(referrer).href)));
    } catch (error) {
      return { code: error.code };
    }
  });
  console.log(JSON.stringify(answers));
`;

const packages: Tree = {
  'package.json': { name: 'me', exports: { '.': './main.js', './sub': './lib/a.js' }, imports: { '#a': './lib/a.js', '#b': 'both', '#x/*': './lib/*.js', '#none': null } },
  'main.js': '', 'lib/a.js': '', 'lib/b.mjs': '', 'lib/data.json': {}, 'lib/dir/index.js': '', 'lib/with space.js': '', 'lib/äöü.js': '',
  'lib/pack/package.json': { main: './out/start' }, 'lib/pack/out/start.js': '', 'lib/pack2/package.json': { main: './none.js' }, 'lib/pack2/index.js': '',
  'node_modules/both/package.json': { name: 'both', exports: { import: './i.mjs', require: './r.cjs' } },
  'node_modules/both/i.mjs': '', 'node_modules/both/r.cjs': '', 'node_modules/both/hidden.js': '',
  'node_modules/main/package.json': { name: 'main', main: 'lib/index' }, 'node_modules/main/lib/index.js': '', 'node_modules/main/other.js': '',
  'node_modules/plain/index.js': '',
  'node_modules/@scope/p/package.json': { name: '@scope/p', exports: { '.': './p.js', './f/*': './src/*.js', './f/private/*': null, './f/*.css': './css/*.css', './arr': ['../bad.js', './p.js'], './gone': './gone.js', './up': '../x.js', './node_modules': './node_modules/x.js' } },
  'node_modules/@scope/p/p.js': '', 'node_modules/@scope/p/src/one.js': '', 'node_modules/@scope/p/src/private/two.js': '', 'node_modules/@scope/p/css/s.css': '', 'node_modules/@scope/p/deep/file.js': '',
  'node_modules/cond/package.json': { name: 'cond', exports: { '.': { node: { require: './nr.js' }, browser: './b.js', default: './d.js' }, './n': { worker: './w.js', node: './n.js', default: './d.js' }, './null': { import: null, default: './d.js' } } },
  'node_modules/cond/nr.js': '', 'node_modules/cond/b.js': '', 'node_modules/cond/d.js': '', 'node_modules/cond/n.js': '',
  'node_modules/empty/package.json': { name: 'empty', exports: {} }, 'node_modules/empty/index.js': '',
  'node_modules/sugar/package.json': { name: 'sugar', exports: './s.js' }, 'node_modules/sugar/s.js': '',
  'node_modules/nested/package.json': { name: 'nested', main: 'n.js' }, 'node_modules/nested/n.js': '', 'node_modules/nested/node_modules/plain/index.js': '', 'node_modules/nested/lib/x.js': '',
  'node_modules/broken/package.json': '{ not json', 'node_modules/broken/index.js': '',
  'node_modules/inner/package.json': { name: 'inner', type: 'module', exports: { '.': './i.js', './self': './self.js' }, imports: { '#dep': { node: './dep-node.js', default: './dep.js' }, '#fs': 'node:fs' } },
  'node_modules/inner/i.js': '', 'node_modules/inner/self.js': '', 'node_modules/inner/dep-node.js': '', 'node_modules/inner/dep.js': '',
}; // prettier-ignore

describe('the resolver', () => {
  let root: string;
  let remove: () => Promise<void>;

  before(async () => {
    ({ root, remove } = await makeTree(packages));
    await symlink('../store/linked', join(root, 'node_modules', 'linked'));
    await writeTree(join(root, 'store/linked'), { 'package.json': { name: 'linked', main: 'l.js' }, 'l.js': '' });
  });
  after(() => remove());

  it('finds in packages what Node finds, and refuses what Node refuses', async () => {
    const from = (path: string) => (kinds: ImportKind[], specifiers: string[]) =>
      specifiers.flatMap((specifier) => kinds.map((kind) => [join(root, path), kind, specifier] as const));
    const cases = [
      ...from('main.js')(['import', 'require'], [
        './lib/a.js', './lib/b.mjs', './lib/data.json', './nope.js', './lib/../main.js', './lib/äöü.js',
        'both', 'both/hidden.js', 'main/other.js', 'plain', '@scope/p', '@scope/p/f/one', '@scope/p/f/private/two',
        '@scope/p/f/s.css', '@scope/p/arr', '@scope/p/gone', '@scope/p/up', '@scope/p/deep/file.js', '@scope/p/node_modules',
        'cond', 'cond/n', 'cond/null', 'cond/zz', 'empty', 'sugar', 'sugar/s.js', 'nested', 'nested/lib/x.js', 'nope', '@scope/nope', 'broken',
        'me', 'me/sub', 'me/other', '#a', '#b', '#x/a', '#none', '#nope', 'linked',
      ]),
      ...from('main.js')(['require'], ['./lib/a', './lib/dir', './lib/dir/', './lib/pack', './lib/pack2', './lib', '.', './', 'main', './lib/with space.js', './lib/data']),
      ...from('main.js')(['import'], ['main', './lib/with%20space.js', './lib/a.js?x=1#y', pathToFileURL(join(root, 'lib/a.js')).href]),
      ...from('lib/a.js')(['import', 'require'], ['../main.js', 'me', '#a', 'plain']),
      ...from('lib/dir/index.js')(['require'], ['.', '..', '../', '../a']),
      ...from('node_modules/nested/n.js')(['import', 'require'], ['plain', './lib/x.js', 'both']),
      ...from('node_modules/inner/i.js')(['import', 'require'], ['inner/self', 'inner/i.js', '#dep', '#nope', 'plain', '#a']),
    ]; // prettier-ignore
    const args = ['--experimental-import-meta-resolve', '--no-warnings', '--input-type=module', '-e', ASK_NODE];
    const expected = JSON.parse(
      execFileSync(process.execPath, [...args, JSON.stringify(cases)], { encoding: 'utf8' }),
    ) as unknown[];
    const reader = new WorktreeReader(root, new SourceCache(), localDevice(root));
    for (const [index, [referrer, kind, specifier]] of cases.entries()) {
      const wish = { kind, specifier, referrer: pathToFileURL(referrer).href };
      const resolved = await resolveModule({ reader, settings: DEFAULT_SETTINGS.resolver, wish });
      const read = 'path' in resolved ? await reader.read(resolved.path) : undefined;
      const path = read !== undefined && 'path' in read ? read.path : undefined;
      const node = expected[index];
      const label = `${kind} ${specifier} from ${referrer.slice(root.length)}`;
      if (typeof node === 'string') assert.equal(path, node, label);
      else assert.equal(path, undefined, `${label}: Node says ${JSON.stringify(node)}`);
    }
    assert.ok(expected.filter((each) => typeof each === 'string').length > 60);
  });

  it('names the importing file and the specifier in every failure', async () => {
    const failures = [
      ['./nope', "Cannot find module './nope' imported from lib/a.js"],
      ['nope', "Cannot find package 'nope' imported from lib/a.js"],
      ['both/hidden.js', 'Package subpath \'./hidden.js\' is not defined by "exports" for import in node_modules/both/package.json, imported from lib/a.js'],
      ['@scope/p/gone', "Cannot find module '@scope/p/gone' imported from lib/a.js: its package points to node_modules/@scope/p/gone.js, which is not there"],
      ['#nope', 'Package import \'#nope\' is not defined in "imports" (package.json), imported from lib/a.js'],
      ['../../x.js', "'../../x.js' imported from lib/a.js lies outside the worktree"],
      ['https://example.com/x.js', "Only files can be imported, not https: URLs: 'https://example.com/x.js' imported from lib/a.js"],
      ['broken', 'Invalid node_modules/broken/package.json'],
    ] as const; // prettier-ignore
    for (const [specifier, message] of failures) {
      const failure = await failureOf(specifier, 'lib/a.js');
      assert.ok(failure.startsWith(message), failure);
    }
  });

  it('keeps to the settings: roots, extensions in their order, "/x" as the worktree\'s x', async () => {
    const tree = await makeTree({
      'app/main.js': '',
      'src/util.js': '',
      'src/util.ts': '',
      'util.js': '',
      'deep/x/only.ts': '',
      'm.js': '',
    });
    const resolve = async (specifier: string, settings: Partial<ResolverSettings>): Promise<string> => {
      const reader = new WorktreeReader(tree.root, new SourceCache(), localDevice(tree.root));
      const wish = { kind: 'import', specifier, referrer: pathToFileURL(join(tree.root, 'app/main.js')).href } as const;
      const resolved = await resolveModule({ reader, settings: { ...DEFAULT_SETTINGS.resolver, ...settings }, wish });
      return 'path' in resolved ? resolved.path.slice(tree.root.length + 1) : JSON.stringify(resolved);
    };
    assert.equal(await resolve('util', {}), 'util.js');
    assert.equal(await resolve('util', { roots: ['src', '.'] }), 'src/util.js');
    assert.equal(await resolve('util', { roots: ['src', '.'], extensions: ['.ts', '.js'] }), 'src/util.ts');
    assert.equal(await resolve('deep/x/only', {}), 'deep/x/only.ts');
    assert.match(await resolve('deep/x/only', { extensions: ['.js'] }), /ERR_MODULE_NOT_FOUND/);
    assert.match(await resolve('util', { roots: ['app'] }), /neither in a node_modules folder.*roots \(\\"app\\"\)/);
    assert.equal(await resolve('/m.js', {}), 'm.js');
    assert.equal(await resolve('/src/util', {}), 'src/util.js');
    assert.match(await resolve('/m.js', { allow_absolute_repo_imports: false }), /allow_absolute_repo_imports is off/);
    assert.equal(await resolve(join(tree.root, 'm.js'), { allow_absolute_repo_imports: false }), 'm.js');
    await tree.remove();
  });

  it('finds the TypeScript file behind the name that its compiled form would have', async () => {
    const tree = await makeTree({ 'a.ts': '', 'b.ts': '', 'c.mts': '', 'd.js': '' });
    const resolve = async (specifier: string, from: string): Promise<string | undefined> => {
      const reader = new WorktreeReader(tree.root, new SourceCache(), localDevice(tree.root));
      const wish = { kind: 'import', specifier, referrer: pathToFileURL(join(tree.root, from)).href } as const;
      const resolved = await resolveModule({ reader, settings: DEFAULT_SETTINGS.resolver, wish });
      return 'path' in resolved ? resolved.path.slice(tree.root.length + 1) : undefined;
    };
    assert.equal(await resolve('./b.js', 'a.ts'), 'b.ts');
    assert.equal(await resolve('./c.mjs', 'a.ts'), 'c.mts');
    assert.equal(await resolve('./d.js', 'a.ts'), 'd.js');
    assert.equal(await resolve('./b.js', 'd.js'), undefined);
    await tree.remove();
  });

  async function failureOf(specifier: string, from: string): Promise<string> {
    const reader = new WorktreeReader(root, new SourceCache(), localDevice(root));
    const wish = { kind: 'import', specifier, referrer: pathToFileURL(join(root, from)).href } as const;
    const resolved = await resolveModule({ reader, settings: DEFAULT_SETTINGS.resolver, wish });
    return 'failure' in resolved ? resolved.failure.message : JSON.stringify(resolved);
  }
});
