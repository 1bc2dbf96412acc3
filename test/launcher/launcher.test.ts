import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

const root = path.resolve(import.meta.dirname, '../..');

/** Stands in for the bundled CLI: says how it was started; `wait` stays until a signal, `fail` exits with 7. */
const fakeCli = `
const [command] = process.argv.slice(2);
const { NODE_COMPILE_CACHE: cache, VM_SYSTEM_LAUNCHER_PID: launcher } = process.env;
const { pid, version, execPath, argv } = process;
console.log(JSON.stringify({ pid, version, execPath, cli: argv[1], args: argv.slice(2), cache, launcher }));
if (command === 'wait') setInterval(() => {}, 1_000);
if (command === 'fail') process.exitCode = 7;
`;

type Report = {
  pid: number;
  version: string;
  execPath: string;
  cli: string;
  args: string[];
  cache?: string;
  launcher?: string;
};

describe('launcher', () => {
  let home: string;

  beforeEach(() => {
    home = realpathSync(mkdtempSync(path.join(tmpdir(), 'vm-system-launcher-')));
  });

  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  /** Lays out the launcher and a bundle in `folder`, with this project's packages unless told otherwise. */
  function install(folder: string, { packages = true, bundle = true } = {}): string {
    const project = path.join(home, folder);
    mkdirSync(project, { recursive: true });
    cpSync(path.join(root, 'vm-system'), path.join(project, 'vm-system'));
    writeFileSync(path.join(project, 'package.json'), '{"type":"module"}');
    if (packages) symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
    if (bundle) {
      mkdirSync(path.join(project, 'dist'));
      writeFileSync(path.join(project, 'dist', 'cli.js'), fakeCli);
    }
    return path.join(project, 'vm-system');
  }

  const environment = { NODE_COMPILE_CACHE: undefined, VM_SYSTEM_LAUNCHER_PID: undefined };

  async function report(command: string, args: readonly string[]): Promise<Report> {
    const { stdout } = await execa(command, args, { env: environment });
    return JSON.parse(stdout) as Report;
  }

  const pinnedVersion = /^v(24|26)\./;

  it('runs the bundle on a fitting Node with the arguments as they are', async () => {
    const launcher = install('project');
    const seen = await report(launcher, ['exec', 'a b', '', '--x=*']);
    assert.match(seen.version, pinnedVersion);
    assert.deepEqual(seen.args, ['exec', 'a b', '', '--x=*']);
    assert.equal(seen.cli, path.join(home, 'project', 'dist', 'cli.js'));
    assert.equal(seen.cache, path.join(home, 'project', 'dist', '.cache'));
  });

  it('finds its own folder through links, from anywhere', async () => {
    install('project with spaces');
    mkdirSync(path.join(home, 'bin'));
    symlinkSync('../project with spaces/vm-system', path.join(home, 'bin', 'first'));
    symlinkSync(path.join(home, 'bin', 'first'), path.join(home, 'second'));
    const seen = await execa('./second', [], { cwd: home, env: environment });
    assert.equal((JSON.parse(seen.stdout) as Report).cli, path.join(home, 'project with spaces', 'dist', 'cli.js'));
  });

  it('finds the pinned Node further up when it is installed as a dependency', async function () {
    const launcher = install('app/node_modules/vm-system', { packages: false });
    const [platformPackage = ''] = path
      .relative(path.join(root, 'node_modules'), realpathSync(process.execPath))
      .split('/');
    // Where no platform package fits, the tests run on the machine's own Node.
    if (platformPackage.startsWith('..')) this.skip();
    symlinkSync(
      path.join(root, 'node_modules', platformPackage),
      path.join(home, 'app', 'node_modules', platformPackage),
    );
    const { stdout } = await execa(launcher, [], { env: { ...environment, PATH: '/usr/bin:/bin' } });
    assert.match((JSON.parse(stdout) as Report).version, pinnedVersion);
  });

  it('becomes the process it starts, so that signals and exit codes are those of the CLI', async () => {
    const launcher = install('project');
    const child = execa(launcher, ['wait'], { env: environment, reject: false });
    for await (const line of child) {
      assert.equal((JSON.parse(line) as Report).pid, child.pid);
      child.kill('SIGTERM');
    }
    assert.equal((await child).signal, 'SIGTERM');
    assert.equal((await execa(launcher, ['fail'], { env: environment, reject: false })).exitCode, 7);
  });

  it('runs in the same process under a Node that fits', async () => {
    const launcher = install('project');
    const child = execa(process.execPath, [launcher, 'fail'], { env: environment, reject: false });
    const { stdout, exitCode } = await child;
    const seen = JSON.parse(stdout) as Report;
    assert.equal(seen.pid, child.pid);
    assert.deepEqual([seen.cli, seen.args], [path.join(home, 'project', 'dist', 'cli.js'), ['fail']]);
    assert.equal(exitCode, 7);
  });

  it('runs a child on the pinned Node under one that does not fit, and passes on signals and exit codes', async function () {
    const otherNode = await findUnfitNode();
    if (otherNode === undefined) this.skip();
    const launcher = install('project');
    const child = execa(otherNode, [launcher, 'wait'], { env: environment, reject: false });
    for await (const line of child) {
      const seen = JSON.parse(line) as Report;
      assert.match(seen.version, pinnedVersion);
      assert.equal(seen.launcher, String(child.pid));
      child.kill('SIGTERM');
    }
    assert.equal((await child).signal, 'SIGTERM');
    const failed = await execa(otherNode, [launcher, 'fail'], { env: environment, reject: false });
    assert.equal(failed.exitCode, 7);
  });

  it('says in one sentence what is missing', async () => {
    const unbuilt = install('unbuilt', { bundle: false });
    const bare = install('bare', { packages: false });
    // A PATH with the few commands of a shell script, and no Node.
    const noNode = path.join(home, 'commands');
    mkdirSync(noNode);
    for (const name of ['dirname', 'readlink', 'uname']) symlinkSync(`/usr/bin/${name}`, path.join(noNode, name));
    const options = { env: { ...environment, PATH: noNode }, extendEnv: false, reject: false };
    const outcomes = [
      { outcome: await execa(unbuilt, [], options), advice: 'npm run build' },
      { outcome: await execa(process.execPath, [unbuilt], options), advice: 'npm run build' },
      { outcome: await execa(bare, [], options), advice: 'install Node 24' },
    ];
    for (const { outcome, advice } of outcomes) {
      assert.equal(outcome.exitCode, 1);
      assert.equal(outcome.stdout, '');
      assert.match(outcome.stderr, new RegExp(`^vm-system: [^\\n]*${advice}[^\\n]*\\.$`));
    }
  });

  it('leaves compiled code where the caller wants it', async () => {
    const launcher = install('project');
    const elsewhere = path.join(home, 'elsewhere');
    const { stdout } = await execa(launcher, [], { env: { ...environment, NODE_COMPILE_CACHE: elsewhere } });
    assert.equal((JSON.parse(stdout) as Report).cache, elsewhere);
  });
});

/** npm's own Node, when it is another than the pinned one that the tests run on. */
async function findUnfitNode(): Promise<string | undefined> {
  const candidate = process.env['npm_node_execpath'];
  if (candidate === undefined) return undefined;
  const { stdout } = await execa(candidate, ['-p', 'process.versions.node']);
  return /^(24|26)\./.test(stdout) ? undefined : candidate;
}
