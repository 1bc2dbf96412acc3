import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { readContents, type PackagedFile } from '../../.tools/package/contents.ts';
import { findTarget } from '../../.tools/package/targets.ts';
import { RestClient } from '../../daemon/cli/rest-client.ts';
import { readToken } from '../../daemon/data-directory.ts';
import type { ExecutionWithEvents } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { Template } from '../../shared/model/template.ts';
import { DaemonFolder } from '../helpers/daemon-process.ts';
import { packagedExtension, unpackExtension } from '../helpers/packaged-extension.ts';

/** Compressing 145 MB takes a busy machine its time. */
const PACKAGE_MS = 5 * 60_000;

/** A tenth above what it is, so that nobody adds megabytes by mistake. */
const MAX_PACKED_BYTES = 60e6;

describe('the packaged extension', () => {
  let folder: DaemonFolder;
  let files: PackagedFile[];
  let installed: string;

  before(async function () {
    this.timeout(PACKAGE_MS);
    folder = await DaemonFolder.make();
    const vsix = await packagedExtension();
    files = await readContents(vsix);
    installed = join(folder.path, 'installed');
    await unpackExtension(vsix, installed);
  });

  after(() => folder.remove());

  /** Neither a Node nor anything else on the PATH, no settings, no caches. */
  const environment = (): NodeJS.ProcessEnv => ({
    PATH: '',
    HOME: join(folder.path, 'home'),
    VM_SYSTEM_DATA_DIR: join(folder.path, 'data'),
  });

  const node = (): string => join(installed, 'node_modules', findTarget().node, 'bin', 'node');

  const cli = (...args: string[]): Promise<{ stdout: string }> =>
    execa(node(), [join(installed, 'dist', 'cli.js'), ...args], { env: environment(), extendEnv: false });

  it('says its version on its own Node', async () => {
    const { stdout } = await cli('--version');
    const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { version: string };
    assert.match(stdout, new RegExp(`^vm-system ${version.replaceAll('.', '\\.')}\\b`));
  });

  it('runs a file with an import, and TypeScript', async function () {
    this.timeout(60_000);
    await mkdir(join(folder.path, 'worktree'));
    await folder.write('worktree/part.ts', 'export const answer: number = 42;\n');
    await folder.write('worktree/main.ts', "import { answer } from './part.ts';\nconsole.log('answer', answer);\n");
    const { stdout } = await cli('run', '--own-daemon', join(folder.path, 'worktree', 'main.ts'));
    assert.match(stdout, /answer 42/);
  });

  it('serves: a REPL line, the help texts and the pages of the API', async function () {
    this.timeout(60_000);
    const env = environment();
    const args = [join(installed, 'dist', 'cli.js'), 'serve', '--listen', '127.0.0.1:0'];
    const child = spawn(node(), args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface({ input: child.stdout });
      const line = await Promise.race([once(lines, 'line').then(String), once(child, 'exit').then(() => undefined)]);
      assert.ok(line, 'the daemon ended');
      const url = `http://${line.replace(/^.* on /, '')}`;
      const client = new RestClient({ serverUrl: url, token: readToken(env['VM_SYSTEM_DATA_DIR'] ?? '') });
      const template = await client.post<Template>('templates', { name: 'packaged' });
      const session = await client.post<Session>('sessions', {
        ...{ template_id: template.id, workspace_id: 'test', base_commit_oid: 'none', worktree_path: folder.path },
      });
      const run = await client.post<ExecutionWithEvents>('executions/repl', { session_id: session.id, input: '6 * 7' });
      assert.equal(run.status, 'ok');
      assert.match(JSON.stringify(run.events), /"42"/);
      const page = await fetch(`${url}/docs`);
      assert.match(await page.text(), /swagger-ui/);
    } finally {
      if (child.kill()) await once(child, 'exit');
    }
    const { stdout } = await cli('help', 'repl');
    assert.match(stdout, /REPL/);
  });

  it('holds what it needs for one platform, and no more', () => {
    const natives = files.filter(({ path }) => path.endsWith('.node'));
    assert.equal(natives.length, 2, natives.map(({ path }) => path).join('\n'));
    const nodes = readdirSync(join(installed, 'node_modules')).filter((name) =>
      /^node-(linux|darwin|win|bin)/.test(name),
    );
    assert.deepEqual(nodes, [findTarget().node]);
    const foreign = files.filter(({ path }) => /\.(ts|map|md|yml|gyp|cc?|h)$|(^|\/)tests?\//.test(path));
    const unexpected = foreign.filter(
      ({ path }) => !/^(docs|extension\/media)\/|^(readme|changelog)\.md$|LICENSE\.md$/.test(path),
    );
    assert.deepEqual(unexpected, []);
    const size = files.reduce((sum, { packedSize }) => sum + packedSize, 0);
    assert.ok(size < MAX_PACKED_BYTES, `the package has ${size} bytes`);
  });

  it('brings every file that its manifest names', async () => {
    const text = await readFile(join(installed, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { main: string; icon: string };
    const named = [...text.matchAll(/"(?:\.\/)?(extension\/[^"]+\.\w+)"/g)].map(([, file = '']) => file);
    assert.ok(named.length > 2);
    const missing = [manifest.main, manifest.icon, ...named].filter((file) => !existsSync(join(installed, file)));
    assert.deepEqual(missing, []);
  });
});

describe('packaging for another platform', () => {
  it('refuses one whose sessions could not run, and names those that can', () => {
    assert.throws(
      () => findTarget('darwin-x64'),
      /no package for darwin-x64.*linux-x64, linux-arm64, darwin-arm64, win32-x64/,
    );
  });
});
