import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SharedFolder } from './shared-daemon.ts';

describe('what somebody planted in the data directory', function () {
  this.timeout(20_000);
  let folder: SharedFolder;
  beforeEach(async () => {
    folder = await SharedFolder.make();
  });
  afterEach(() => folder.remove());

  const refusal = async (): Promise<string> => {
    const client = folder.spawn();
    assert.equal((await client.ended).code, 1);
    assert.doesNotMatch(client.stderr, /^ {4}at /m);
    return client.stderr;
  };

  for (const name of [
    'daemon.sock',
    'daemon.lock',
    'start.lock',
    'endpoint.json',
    'token',
    'daemon.log',
    'vm-system.db',
    'vm-system.db.lock',
  ]) {
    it(`is not used when it is a link where ${name} should be`, async () => {
      const target = join(folder.path, 'target');
      writeFileSync(target, 'precious', { mode: 0o600 });
      symlinkSync(target, join(folder.path, name));
      assert.match(await refusal(), new RegExp(`^vm-system: .*${name.replace('.', '\\.')}`));
      assert.equal(readFileSync(target, 'utf8'), 'precious');
    });
  }

  // Only root can give files away, and be somebody else.
  if (process.getuid?.() === 0) {
    for (const name of [
      'daemon.lock',
      'start.lock',
      'endpoint.json',
      'token',
      'daemon.log',
      'vm-system.db',
      'vm-system.db.lock',
    ]) {
      it(`is not used when it is another user's ${name}`, async () => {
        const path = join(folder.path, name);
        writeFileSync(path, '', { mode: 0o600 });
        chownSync(path, 65_534, 65_534);
        assert.match(await refusal(), /belongs to another user|cannot be read/);
      });
    }

    it('does not let another user in, by socket, files or HTTP', async () => {
      await folder.client();
      chmodSync(folder.path, 0o711);
      const { socket = '', url = '' } = folder.endpoint() ?? {};
      const script = `
        const { connect } = require('node:net'), { readFileSync } = require('node:fs');
        const tried = (name) => (error) => console.log(name, error.code ?? error.message);
        try { readFileSync(${JSON.stringify(join(folder.path, 'token'))}); } catch (error) { tried('token')(error); }
        try { readFileSync(${JSON.stringify(join(folder.path, 'endpoint.json'))}); } catch (error) { tried('endpoint')(error); }
        connect(${JSON.stringify(socket)}).on('error', tried('socket')).on('connect', () => console.log('socket let in'));
        fetch(${JSON.stringify(`${url}/api/v1/sessions`)}).then(({ status }) => console.log('http', status), tried('http'));
      `;
      const { stdout } = spawnSync(process.execPath, ['-e', script], {
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
        env: {},
      });
      assert.deepEqual(stdout.trim().split('\n').sort(), [
        'endpoint EACCES',
        'http 401',
        'socket EACCES',
        'token EACCES',
      ]);
    });
  }

  it('is replaced when it is the socket and endpoint of a daemon that was killed', async () => {
    const first = await folder.client();
    const { pid = 0 } = folder.endpoint() ?? {};
    process.kill(pid, 'SIGKILL');
    await first.ended;
    assert.ok(existsSync(join(folder.path, 'daemon.sock')));
    const second = await folder.client();
    assert.notEqual((await second.rpc.hear('vm/daemon/status')).daemon.pid, pid);
  });

  it('leaves files of this user private', async () => {
    const client = await folder.client();
    await folder.session(client);
    for (const name of [
      'daemon.sock',
      'daemon.lock',
      'start.lock',
      'endpoint.json',
      'token',
      'daemon.log',
      'vm-system.db',
    ]) {
      assert.equal(statSync(join(folder.path, name)).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(folder.path).mode & 0o777, 0o700);
    rmSync(join(folder.path, 'start.lock'));
    await folder.client();
  });
});
