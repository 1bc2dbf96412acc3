import assert from 'node:assert/strict';
import { once as emitted } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import type { ExecutionWithEvents } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { DaemonFolder, DaemonProcess, LAUNCHER } from '../helpers/daemon-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder } from '../process/shared-daemon.ts';

/** Files whose name says what they do. */
const FILES = {
  'prints.js': 'console.log("out"); console.error("err"); ({ answer: 6 * 7 })',
  'throws.js': 'function inner() { throw new Error("on purpose") }\ninner()',
  'waits.mjs': 'console.log("waiting"); await new Promise(() => {})',
  'loops.js': 'console.log("looping"); for (;;) {}',
  'counts.js': 'globalThis.runs = (globalThis.runs ?? 0) + 1; console.log("run", runs)',
  'odd.js': 'console.log("a\\u2028b\\u2029c")',
};

describe('run', function () {
  this.timeout(60_000);
  let folder: DaemonFolder;
  let daemon: DaemonProcess;
  /** Where `run` keeps what it makes: a folder of this test's own, so that what is left behind can be told. */
  let temporary: string;
  const running = new Set<ResultPromise>();

  beforeEach(async () => {
    folder = await DaemonFolder.make();
    temporary = await realpath(await mkdtemp(join(tmpdir(), 'vm-run-')));
    for (const [name, text] of Object.entries(FILES)) await folder.write(name, text);
  });
  afterEach(async () => {
    for (const process of running) process.kill('SIGKILL');
    running.clear();
    await folder.remove();
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  });

  function run(args: string[], { url = '', input = '' } = {}) {
    const env = { VM_SYSTEM_SERVER_URL: url, VM_SYSTEM_DATA_DIR: folder.path, TMPDIR: temporary, NO_COLOR: '1' };
    const started = execa(LAUNCHER, ['run', ...args], { env, input, cwd: folder.path, reject: false });
    running.add(started as ResultPromise);
    return started;
  }

  const ownDaemons = (): number[] => processesWith(temporary);

  describe('where a daemon is named that is not there', () => {
    it('says so, and starts none', async () => {
      const { exitCode, stderr } = await run(['prints.js'], { url: 'http://127.0.0.1:1' });
      assert.equal(exitCode, 4);
      assert.match(stderr, /no daemon answers at http:\/\/127\.0\.0\.1:1/);
      assert.deepEqual(await readdir(temporary), []);
    });

    it('says so where something else answers', async () => {
      const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
      await emitted(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const { exitCode, stderr } = await run(['prints.js'], { url: `http://127.0.0.1:${port}` });
      other.close();
      assert.equal(exitCode, 4);
      assert.match(stderr, /is no vm-system daemon/);
    });
  });

  describe('without a daemon', () => {
    it('starts the one of the data directory, which it and repl find again', async () => {
      const shared = await SharedFolder.make();
      const neighbour = await SharedFolder.make();
      const env = (at: SharedFolder) => ({ ...at.env, VM_SYSTEM_SERVER_URL: '' });
      const counts = (at: SharedFolder) => execa(LAUNCHER, ['run', 'counts.js'], { env: env(at), cwd: folder.path });
      try {
        // Many at once get along with one daemon, and the one of another directory with its own.
        const both = [shared, shared, shared, neighbour];
        for (const { stdout } of await Promise.all(both.map(counts))) assert.match(stdout, /^run \d/);
        assert.deepEqual(shared.daemons(), [shared.endpoint()?.pid]);
        assert.deepEqual(neighbour.daemons(), [neighbour.endpoint()?.pid]);
        assert.match((await counts(neighbour)).stdout, /^run 2$/);
        const repl = await execa(LAUNCHER, ['repl'], { env: env(neighbour), cwd: folder.path, input: 'runs * 10\n' });
        assert.equal(repl.stdout, '20');
        const list = await execa(LAUNCHER, ['session', 'list', '--json'], { env: env(neighbour) });
        assert.equal((JSON.parse(list.stdout) as unknown[]).length, 1);
      } finally {
        await shared.remove();
        await neighbour.remove();
      }
    });

    it('other commands do not take the daemon of another directory for that of theirs', async () => {
      const { exitCode, stderr } = await execa(LAUNCHER, ['session', 'list'], {
        env: { VM_SYSTEM_DATA_DIR: folder.path, VM_SYSTEM_SERVER_URL: '' },
        reject: false,
      });
      assert.equal(stderr, `vm-system: no daemon serves ${folder.path}; start one with: vm-system serve`);
      assert.equal(exitCode, 4);
    });
  });

  describe('with a daemon of its own', () => {
    it('leaves nothing of it', async () => {
      const { exitCode, stdout, stderr } = await run(['prints.js', '--own-daemon']);
      assert.equal(stdout, 'out\n{ answer: 42 }');
      assert.equal(stderr, 'err');
      assert.equal(exitCode, 0);
      assert.deepEqual(ownDaemons(), []);
      assert.deepEqual(await readdir(temporary), []);
    });

    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      for (const file of ['loops.js', 'waits.mjs']) {
        it(`${signal} cancels ${file}, and leaves nothing`, async () => {
          const started = run([file, '--own-daemon']);
          await once(started, /waiting|looping/);
          started.kill(signal);
          const { exitCode, stderr } = await started;
          assert.match(stderr, /^CANCELLED: /);
          assert.equal(exitCode, 1);
          assert.deepEqual(ownDaemons(), []);
          assert.deepEqual(await readdir(temporary), []);
        });
      }
    }

    it('a signal before anything runs ends it with 128 and the signal, and leaves nothing', async () => {
      const started = run(['loops.js', '--own-daemon']);
      await waitUntil(() => ownDaemons().length > 0, 'the daemon to be started');
      started.kill('SIGINT');
      const { exitCode } = await started;
      assert.equal(exitCode, 130);
      assert.deepEqual(ownDaemons(), []);
      assert.deepEqual(await readdir(temporary), []);
    });

    it('SIGKILL leaves no process', async () => {
      const started = run(['waits.mjs', '--own-daemon']);
      await once(started, /waiting/);
      assert.notDeepEqual(ownDaemons(), []);
      started.kill('SIGKILL');
      await started;
      await waitUntil(() => ownDaemons().length === 0, 'the daemon to end');
    });

    it('ends quietly when nobody reads, and leaves nothing', async () => {
      await folder.write('floods.js', 'for (let i = 0; i < 2000; i++) console.log("x".repeat(100))');
      const line = `"${LAUNCHER}" run --own-daemon floods.js | head -n 1`;
      const env = { VM_SYSTEM_DATA_DIR: folder.path, TMPDIR: temporary };
      const { stdout, stderr } = await execa('bash', ['-c', line], { env, cwd: folder.path, reject: false });
      assert.deepEqual([stdout, stderr], ['x'.repeat(100), '']);
      await waitUntil(() => ownDaemons().length === 0, 'the daemon to end');
      assert.deepEqual(await readdir(temporary), []);
    });
  });

  describe('with a daemon', () => {
    let url: string;
    beforeEach(async () => {
      daemon = await DaemonProcess.start(folder);
      url = daemon.url;
    });
    afterEach(async () => {
      await daemon.end();
    });

    const sessions = (): Promise<Session[]> => daemon.client.get('sessions');

    it('goes on in the session of the folder', async () => {
      assert.equal((await run(['counts.js'], { url })).stdout.split('\n')[0], 'run 1');
      assert.equal((await run([join(folder.path, 'counts.js')], { url })).stdout.split('\n')[0], 'run 2');
      const [session, ...others] = await sessions();
      assert.deepEqual(others, []);
      assert.equal(session?.worktree_path, folder.path);
      assert.equal(session.base_commit_oid, 'none');
    });

    it('takes another session while the first is busy; many at once get along', async () => {
      const waiting = Array.from({ length: 3 }, () => run(['waits.mjs'], { url }));
      await Promise.all(waiting.map((each) => once(each, /waiting/)));
      assert.equal((await run(['prints.js'], { url })).exitCode, 0);
      for (const each of waiting) each.kill('SIGINT');
      for (const { exitCode } of await Promise.all(waiting)) assert.equal(exitCode, 1);
    });

    it('knows a file by what a link leads to', async () => {
      const elsewhere = join(temporary, 'elsewhere');
      await mkdir(elsewhere);
      await writeFile(join(elsewhere, 'real.js'), 'console.log("real")');
      await symlink(join(elsewhere, 'real.js'), join(folder.path, 'link.js'));
      assert.equal((await run(['link.js'], { url })).stdout.split('\n')[0], 'real');
      assert.equal((await sessions())[0]?.worktree_path, elsewhere);
    });

    it('runs in the session that is named, and nowhere outside of its folder', async () => {
      const session = await daemon.session();
      assert.equal((await run(['counts.js', '--session', session.id], { url })).exitCode, 0);
      const outside = join(temporary, 'outside.js');
      await writeFile(outside, '1');
      const { exitCode, stderr } = await run([outside, '--session', session.id], { url });
      assert.equal(exitCode, 3);
      assert.match(stderr, /^INVALID_PATH: /);
    });

    it('runs what standard input says', async () => {
      const { stdout, exitCode } = await run(['-'], { url, input: 'const x = 20;\nconsole.log(x);\nx + 1' });
      assert.equal(stdout, '20\n21');
      assert.equal(exitCode, 0);
    });

    it('hands over arguments that look like options after --', async () => {
      await folder.write('args.js', 'console.log(JSON.stringify(args), env.A)');
      const { stdout } = await run(['args.js', '--env', 'A=b=c', '--', '--json', 'x'], { url });
      assert.equal(stdout.split('\n')[0], '["--json","x"] b=c');
    });

    it('shows exceptions with the file and line, on stderr', async () => {
      const { exitCode, stdout, stderr } = await run(['throws.js'], { url });
      assert.equal(exitCode, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^Uncaught Error: on purpose\n {4}at inner \(.*throws\.js:1:26\)/);
    });

    it('says why code was stopped', async () => {
      const { id: template_id } = await daemon.client.post<{ id: string }>('templates', { name: 'default' });
      await daemon.client.patch(`templates/${template_id}/settings`, { limits: { wall_ms: 300 } });
      const { exitCode, stderr } = await run(['waits.mjs'], { url });
      assert.equal(exitCode, 1);
      assert.match(stderr, /^EXEC_TIMEOUT: /);
    });

    it('prints one document with --json, events included', async () => {
      const { stdout, stderr } = await run(['prints.js', '--json'], { url });
      const execution = JSON.parse(stdout) as ExecutionWithEvents;
      assert.equal(execution.status, 'ok');
      assert.deepEqual(
        execution.events.map(({ type }) => type),
        ['input_echo', 'console', 'console', 'value'],
      );
      assert.equal(stderr, '');
    });

    it('prints what guests print, whatever characters it has', async () => {
      assert.equal((await run(['odd.js'], { url })).stdout, 'a\u2028b\u2029c');
    });

    it('--watch runs again after a change, goes on after a failure, and ends with Ctrl-C', async () => {
      await folder.write('watched.js', 'console.log("first")');
      const started = run(['watched.js', '--watch'], { url });
      await once(started, /first/);
      await waitUntilText(started.stderr, /Watching/);
      await folder.write('watched.js', 'console.log("second"); throw new Error("no")');
      await once(started, /second/);
      await folder.write('watched.js', 'console.log("third")');
      await once(started, /third/);
      started.kill('SIGINT');
      assert.equal((await started).exitCode, 0);
    });

    it('says that the daemon went away when it is killed', async () => {
      const started = run(['waits.mjs'], { url });
      await once(started, /waiting/);
      await daemon.end('SIGKILL');
      const { exitCode, stderr } = await started;
      assert.equal(exitCode, 4);
      assert.match(stderr, /went away/);
    });

    it('refuses files that there are not', async () => {
      for (const [file, message] of [
        ['none.js', /none\.js does not exist/],
        ['.', /\. is not a file/],
      ] as const) {
        const { exitCode, stderr } = await run([file], { url });
        assert.match(stderr, message);
        assert.equal(exitCode, 1);
      }
    });
  });
});

/** Resolves when a process has printed something. */
function once(started: Pick<ResultPromise, 'stdout'>, pattern: RegExp): Promise<void> {
  return waitUntilText(started.stdout, pattern);
}

async function waitUntilText(stream: NodeJS.ReadableStream | null | undefined, pattern: RegExp): Promise<void> {
  assert.ok(stream);
  let text = '';
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const onData = (chunk: Buffer): void => {
    text += chunk.toString();
    if (pattern.test(text)) resolve(undefined);
  };
  stream.on('data', onData);
  await promise;
  stream.off('data', onData);
}

/** Ids of processes, `vm-system serve` among them, that have a text in their command line. Linux only. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}
