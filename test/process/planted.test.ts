import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { itWithOtherUser, OTHER_UID, runAsOther } from '../helpers/other-user.ts';
import { SharedFolder } from './shared-daemon.ts';

describe('what somebody planted in the data directory', function () {
  this.timeout(60_000);
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

  const FILES = [
    'daemon.lock',
    'start.lock',
    'endpoint.json',
    'token',
    'daemon.log',
    'vm-system.db',
    'vm-system.db.lock',
  ];
  const BESIDE_THE_DATABASE = ['vm-system.db-wal', 'vm-system.db-shm', 'vm-system.db-journal'];

  for (const name of ['daemon.sock', ...FILES, ...BESIDE_THE_DATABASE]) {
    it(`is not used when it is a link where ${name} should be`, async () => {
      const target = join(folder.path, 'target');
      writeFileSync(target, 'precious', { mode: 0o600 });
      symlinkSync(target, join(folder.path, name));
      assert.match(await refusal(), new RegExp(`^vm-system: .*${name.replace('.', '\\.')}`));
      assert.equal(readFileSync(target, 'utf8'), 'precious');
    });

    it(`is not used, nor waited for, when it is a pipe where ${name} should be`, async () => {
      assert.equal(spawnSync('mkfifo', ['-m', '600', join(folder.path, name)]).status, 0);
      assert.match(await refusal(), new RegExp(`^vm-system: .*${name.replace('.', '\\.')}`));
      assert.ok(statSync(join(folder.path, name)).isFIFO());
    });
  }

  for (const name of [...FILES, ...BESIDE_THE_DATABASE]) {
    itWithOtherUser(`is not used when it is another user's ${name}`, async () => {
      const path = join(folder.path, name);
      writeFileSync(path, '', { mode: 0o600 });
      chownSync(path, OTHER_UID, OTHER_UID);
      assert.match(await refusal(), /belongs to another user|cannot be read/);
    });
  }

  itWithOtherUser("is not used when it is another user's daemon.sock, which is not greeted either", async () => {
    const path = join(folder.path, 'daemon.sock');
    let greeted = 0;
    const server = createServer(() => greeted++).listen(path);
    await once(server, 'listening');
    chownSync(path, OTHER_UID, OTHER_UID);
    assert.match(await refusal(), /belongs to another user/);
    assert.equal(greeted, 0);
    await new Promise((resolve) => server.close(resolve));
  });

  itWithOtherUser('does not let another user in, by socket, files or HTTP', async () => {
    const client = await folder.client();
    await folder.session(client);
    chmodSync(folder.path, 0o711);
    const { socket = '', url = '' } = folder.endpoint() ?? {};
    const script = `
      const { connect } = require('node:net'), { readFileSync, readdirSync } = require('node:fs');
      const [folder, socket, url, ...files] = process.argv.slice(1);
      const tried = (name) => (error) => console.log(name, error.code ?? error.message);
      for (const name of files) try { readFileSync(folder + '/' + name); console.log(name, 'was read'); } catch (error) { tried(name)(error); }
      try { readdirSync(folder); console.log('folder was read'); } catch (error) { tried('folder')(error); }
      connect(socket).on('error', tried('socket')).on('connect', () => console.log('socket let in'));
      fetch(url + '/api/v1/sessions').then(({ status }) => console.log('http', status), tried('http'));
    `;
    const files = ['token', 'endpoint.json', 'daemon.log', 'vm-system.db', 'daemon.lock'];
    const lines = runAsOther(script, folder.path, socket, url, ...files)
      .trim()
      .split('\n');
    const expected = [...files, 'folder', 'socket'].map((name) => `${name} EACCES`);
    assert.deepEqual(lines.sort(), [...expected, 'http 401'].sort());
  });

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
