import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDaemon } from '../../daemon/doctor/check-daemon.ts';
import { checkDatabase } from '../../daemon/doctor/check-database.ts';
import { checkDisk } from '../../daemon/doctor/check-files.ts';
import { checkNode } from '../../daemon/doctor/check-runtime.ts';
import type { Finding } from '../../daemon/doctor/finding.ts';
import { openSqliteStore } from '../../daemon/store/sqlite-store.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { runCli } from '../helpers/run-cli.ts';
import { SharedFolder } from '../process/shared-daemon.ts';
import { addSession, anExecution, OK_END, someEvents } from '../store/store-fixture.ts';

type Report = { code: number | null; ok: boolean; stderr: string; of: (check: string) => Finding };

/** Free, unless a test wants otherwise. */
const ANY_PORT = '127.0.0.1:0';

async function doctor(folder: string, ...flags: string[]): Promise<Report> {
  const args = ['ops', 'doctor', '--json', '--data-dir', folder, '--listen', ANY_PORT, ...flags];
  const { code, stdout, stderr } = await runCli(args, { PATH: process.env['PATH'], HOME: folder });
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  const of = (check: string): Finding => {
    const found = findings.find((finding) => finding.check === check);
    assert.ok(found, `${check} in ${stdout}`);
    return found;
  };
  return { code, ok, stderr, of };
}

/** A database with something in it, of many pages. */
function fill(file: string): void {
  const store = openSqliteStore({ path: file });
  const session = addSession(store);
  for (let count = 0; count < 50; count++) {
    const execution = anExecution(session, OK_END);
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 100));
  }
  store.close();
}

describe('ops doctor', function () {
  this.timeout(60_000);
  let folder: string;
  let file: (name: string) => string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vm-doctor-'));
    file = (name) => join(folder, name);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds nothing wrong where there is nothing yet, and leaves it so', async () => {
    const { code, ok, of } = await doctor(join(folder, 'none'));
    assert.equal(code, 0);
    assert.ok(ok);
    for (const check of ['node', 'sqlite', 'host', 'data directory', 'permissions', 'disk', 'daemon', 'port']) {
      assert.equal(of(check).status, 'ok', of(check).found);
    }
    assert.match(of('host').found, /a session starts and answers/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('finds nothing wrong with a database at rest, and leaves its files as they are', async () => {
    fill(file('vm-system.db'));
    const before = readdirSync(folder).sort();
    const { code, of } = await doctor(folder);
    assert.equal(code, 0);
    assert.match(of('database').found, /is sound: .* schema \d+, 1 sessions, 50 executions/);
    assert.deepEqual(readdirSync(folder).sort(), before);
  });

  it('says for people what to do, below what was found', async () => {
    chmodSync(folder, 0o755);
    const { code, stdout } = await runCli(['ops', 'doctor', '--data-dir', folder, '--listen', ANY_PORT], {});
    assert.equal(code, 1);
    assert.match(stdout, /^ok {7}node +Node 24/m);
    assert.match(stdout, /^error {4}data directory +others have rights on .*\n +run: chmod go-rwx/m);
  });

  it('node: one that does not fit', () => {
    assert.equal(checkNode('20.18.0').status, 'error');
    assert.match(checkNode('20.18.0').mend ?? '', /launcher/);
    assert.equal(checkNode('26.1.0').status, 'ok');
  });

  it('data directory: not a folder, or a link to one', async () => {
    writeFileSync(file('file'), '');
    assert.match((await doctor(file('file'))).of('data directory').found, /not a folder/);
    mkdirSync(file('target'), { mode: 0o700 });
    symlinkSync(file('target'), file('link'));
    const { of, code } = await doctor(file('link'));
    assert.equal(code, 1);
    assert.match(of('data directory').found, /symbolic link/);
    assert.match(of('data directory').mend ?? '', /remove it/);
  });

  it('permissions: a token that others can read, a link instead of a file', async () => {
    writeFileSync(file('token'), 'secret\n', { mode: 0o644 });
    const open = await doctor(folder);
    assert.equal(open.code, 1);
    assert.match(open.of('permissions').mend ?? '', /chmod go-rwx '.*token'/);
    rmSync(file('token'));
    symlinkSync('/etc/passwd', file('endpoint.json'));
    const linked = await doctor(folder);
    assert.equal(linked.code, 1);
    assert.match(linked.of('permissions').found, /endpoint\.json is a symbolic link/);
    assert.equal(linked.of('daemon').status, 'error');
    assert.equal(linked.stderr, '');
  });

  // Only root can give files away.
  if (process.getuid?.() === 0) {
    it("permissions: another user's file", async () => {
      writeFileSync(file('vm-system.db.lock'), '', { mode: 0o600 });
      chownSync(file('vm-system.db.lock'), 65_534, 65_534);
      const { code, of } = await doctor(folder);
      assert.equal(code, 1);
      assert.match(of('permissions').found, /belongs to another user/);
    });
  }

  if (process.platform === 'linux') {
    it('disk: one that has no room', () => {
      // A file system that never has any.
      const { status, mend } = checkDisk('/proc');
      assert.equal(status, 'error');
      assert.match(mend ?? '', /ops gc/);
    });
  }

  it('port: taken by another program, and by the daemon of another data directory', async () => {
    const other = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, of } = await doctor(folder, '--listen', address);
    assert.equal(code, 0, 'a daemon can have another port');
    assert.equal(of('port').status, 'warning');
    assert.match(of('port').found, /^another program listens/);
    assert.match(of('port').mend ?? '', /--listen/);
    other.close();
    const elsewhere = await DaemonFolder.make();
    const daemon = await DaemonProcess.start(elsewhere);
    const beside = await doctor(folder, '--listen', new URL(daemon.url).host);
    assert.match(beside.of('port').found, /^the daemon of another data directory/);
    await daemon.end();
    await elsewhere.remove();
    assert.match((await doctor(folder, '--listen', '192.0.2.1:80')).of('port').found, /EADDRNOTAVAIL/);
  });

  it('leftovers: files of processes that were killed while they wrote', async () => {
    writeFileSync(file('endpoint.json.4194304.tmp'), '{', { mode: 0o600 });
    writeFileSync(file(`token.${process.pid}.0a1b2c3d`), '', { mode: 0o600 });
    const { code, of } = await doctor(folder);
    assert.equal(code, 0);
    assert.equal(of('leftovers').status, 'warning');
    assert.match(of('leftovers').found, /^endpoint\.json\.4194304\.tmp was never finished$/);
    assert.match(of('leftovers').mend ?? '', /remove: '.*endpoint\.json\.4194304\.tmp'$/);
  });

  it('database: damaged pages, half a file, another program’s, a newer one', async () => {
    const database = file('vm-system.db');
    fill(database);
    const whole = readFileSync(database);
    const broken = openSync(database, 'r+');
    for (let offset = 20 * 4_096; offset < statSync(database).size; offset += 8_192) {
      writeSync(broken, Buffer.alloc(512, 0xa5), 0, 512, offset);
    }
    const damaged = await doctor(folder);
    assert.equal(damaged.code, 1);
    assert.match(damaged.of('database').found, /is damaged: /);
    assert.match(damaged.of('database').mend ?? '', /backup/);
    for (const [what, change, found] of [
      ['text', (bytes: Buffer) => bytes.fill('text '), /is not a database/],
      ['half', (bytes: Buffer) => bytes.subarray(0, 30_000), /is damaged/],
      ['foreign', (bytes: Buffer) => bytes.fill(0, 68, 72), /another program/],
      ['newer', (bytes: Buffer) => (bytes.writeUInt32BE(99, 60), bytes), /newer version/],
    ] as const) {
      writeFileSync(database, change(Buffer.from(whole)));
      const finding = await checkDatabase(database);
      assert.equal(finding.status, 'error', what);
      assert.match(finding.found, found);
      assert.ok(finding.mend, what);
    }
  });

  it('database: the one that is named, else the one that the daemon was started with, else the usual one', async () => {
    const shared = await SharedFolder.make();
    try {
      fill(file('other.db'));
      const named = await doctor(shared.path, '--db', file('other.db'));
      assert.match(named.of('database').found, /other\.db is sound: .* 1 sessions, 50 executions/);
      assert.match((await doctor(shared.path)).of('database').found, /vm-system\.db does not exist yet/);
      await shared.client('--db', file('other.db'));
      const running = await doctor(shared.path);
      assert.match(running.of('database').found, /other\.db is sound: .* 1 sessions, 50 executions/);
      const beside = await doctor(shared.path, '--db', file('third.db'));
      assert.match(beside.of('database').found, /third\.db does not exist yet/);
    } finally {
      await shared.remove();
    }
  });

  it('daemon: one that hangs', async () => {
    const shared = await SharedFolder.make();
    try {
      const client = await shared.client();
      await shared.session(client);
      const { pid = 0 } = shared.endpoint() ?? {};
      process.kill(pid, 'SIGSTOP');
      const { code, of } = await doctor(shared.path);
      assert.equal(code, 1);
      assert.equal(of('daemon').status, 'error');
      assert.match(of('daemon').found, new RegExp(`\\(pid ${pid}\\) does not answer$`));
      assert.equal(of('daemon').mend, `if it hangs, end it with: kill -9 ${pid}`);
      assert.match(of('database').found, /is sound/);
    } finally {
      await shared.remove();
    }
  });

  it('daemon: running, while it writes; killed; of another version', async () => {
    const shared = await SharedFolder.make();
    try {
      const client = await shared.client();
      const session = await shared.session(client);
      const input = 'for (let i = 0; i < 20000; i++) console.log(i)';
      const flood = client.rpc.request('vm/execution/repl', { session_id: session.id, input });
      const running = await doctor(shared.path);
      assert.equal((await flood).status, 'ok');
      assert.equal(running.code, 0);
      assert.match(running.of('daemon').found, /1 live sessions, 1 clients/);
      assert.match(running.of('port').found, /the daemon answers at http/);
      assert.match(running.of('database').found, /is sound/);
      assert.equal(running.of('leftovers').status, 'ok');
      const { finding } = await checkDaemon(shared.path, '99.0.0');
      assert.equal(finding.status, 'warning');
      assert.match(finding.mend ?? '', /vm-system stop/);
      process.kill(shared.endpoint()?.pid ?? 0, 'SIGKILL');
      await client.ended;
      const killed = await doctor(shared.path);
      assert.equal(killed.code, 0);
      assert.equal(killed.of('daemon').found, 'none is running');
      assert.equal(killed.of('leftovers').status, 'warning');
      assert.match(killed.of('leftovers').found, /daemon\.sock and endpoint\.json|endpoint\.json and daemon\.sock/);
      assert.match(killed.of('database').found, /is sound/);
      const next = await shared.client();
      assert.equal((await next.rpc.request('vm/session/get', { session_id: session.id })).status, 'closed');
    } finally {
      await shared.remove();
    }
  });
});
