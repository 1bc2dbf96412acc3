import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { DaemonFolder, DaemonProcess, LAUNCHER } from '../helpers/daemon-process.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';

describe('serve', function () {
  this.timeout(60_000);
  let home: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'vm-serve-'));
    env = { ...process.env, VM_SYSTEM_DATA_DIR: join(home, 'data') };
  });
  afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

  const free = ['--listen', '127.0.0.1:0', '--pool', '0'];

  it('says in a sentence why it cannot start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await writeFile(join(home, 'text'), 'no database '.repeat(100));
    const cases: [args: string[], exitCode: number, message: RegExp][] = [
      [['--listen', `127.0.0.1:${port}`], 1, /127\.0\.0\.1:\d+ is in use; choose another with --listen/],
      [['--listen', '192.0.2.1:0'], 1, /192\.0\.2\.1 is not an address of this machine/],
      [[...free, '--data-dir', join(home, 'text', 'x')], 1, /cannot make the data directory/],
      [[...free, '--db', join(home, 'text')], 1, /is not a database/],
      [[...free, '--db', home], 1, /is a folder/],
      [['--listen', '80'], 2, /HOST:PORT/],
      [['--pool', '-1'], 2, /at least 0/],
      [['--max-sessions', '0'], 2, /at least 1/],
      [['--log-level', 'loud'], 2, /Allowed choices/],
      [['--auth', 'some'], 2, /Allowed choices/],
      [['--auth', 'none', '--listen', '0.0.0.0:0'], 2, /loopback/],
    ];
    for (const [args, expected, message] of cases) {
      const serve = ['serve', '--log-level', 'error', ...args];
      const { exitCode, stdout, stderr } = await execa(LAUNCHER, serve, { env, reject: false });
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      assert.equal(exitCode, expected, stderr);
      assert.equal(stdout, '');
    }
    taken.close();
  });

  it('takes another port when the usual one is taken and none was asked for', async () => {
    // Whether this machine has something on that port already or not: it is taken now.
    const taken = createServer().listen(3210, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve).once('error', resolve));
    const daemon = execa(LAUNCHER, ['serve', '--pool', '0'], { env });
    daemon.stdout.once('data', () => daemon.kill('SIGTERM'));
    const { stdout, stderr } = await daemon;
    taken.close();
    assert.match(stdout, /^vm-system daemon listening on 127\.0\.0\.1:(?!3210$)\d+$/);
    assert.match(stderr, /127\.0\.0\.1:3210 is in use/);
  });

  it('warns of an address that others can reach', async () => {
    const daemon = execa(LAUNCHER, ['serve', '--listen', '0.0.0.0:0', '--pool', '0'], { env });
    daemon.stdout.once('data', () => daemon.kill('SIGTERM'));
    const { exitCode, stdout, stderr } = await daemon;
    assert.match(stdout, /^vm-system daemon listening on 0\.0\.0\.0:\d+$/);
    assert.match(stderr, /^warning: others can reach 0\.0\.0\.0; they need the token/);
    assert.equal(exitCode, 0);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`${signal} stops it, and what runs in it`, async () => {
      const folder = await DaemonFolder.make();
      const daemon = await DaemonProcess.start(folder);
      const session = await daemon.session();
      await daemon.start(session, 'for (;;) {}');
      const hosts = daemon.hosts();
      const started = Date.now();
      assert.deepEqual(await daemon.end(signal), { code: 0, signal: null });
      assert.ok(Date.now() - started < 5_000);
      await waitUntil(() => !hosts.some(isAlive), 'the hosts to end');
      await folder.remove();
    });
  }

  it('stops when its launcher is gone', async () => {
    // Stands in for the launcher: starts the daemon, tells its pid, and waits to be killed.
    const script = `
      const { spawn } = require('node:child_process');
      const env = { ...process.env, VM_SYSTEM_LAUNCHER_PID: String(process.pid) };
      const args = ${JSON.stringify(['serve', ...free, '--log-level', 'silent'])};
      const child = spawn(${JSON.stringify(LAUNCHER)}, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => console.log(child.pid));
      setInterval(() => {}, 1000);`;
    const launcher = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: launcher.stdout }), 'line')) as [string];
    const daemon = Number(line);
    assert.ok(isAlive(daemon));
    launcher.kill('SIGKILL');
    await waitUntil(() => !isAlive(daemon), 'the daemon to end');
  });

  it('goes on when nobody reads its log, or nobody can', async () => {
    for (const listens of [true, false]) {
      const args = ['serve', ...free, '--auth', 'none', '--log-level', 'debug'];
      const child = spawn(LAUNCHER, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      child.stderr.pause();
      if (!listens) child.stderr.destroy();
      const url = `http://${first.replace(/^.* on /, '')}/api/v1/`;
      // Each request logs more than a kilobyte: together much more than a pipe holds.
      for (let index = 0; index < 400; index++) await (await fetch(url + 'x/'.repeat(500))).text();
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number];
      assert.equal(code, 0);
    }
  });
});
