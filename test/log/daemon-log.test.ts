import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shell } from '../cli/shell.ts';
import { readToken } from '../../daemon/data-directory.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { SharedFolder } from '../process/shared-daemon.ts';
import { waitUntil } from '../helpers/wait-until.ts';

type Line = Record<string, unknown> & { msg: string };

function linesOf(folder: { path: string }): Line[] {
  return readFileSync(join(folder.path, 'daemon.log'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

describe('the log of a daemon', function () {
  this.timeout(60_000);
  let folder: DaemonFolder;
  let daemon: DaemonProcess | undefined;
  beforeEach(async () => {
    folder = await DaemonFolder.make();
  });
  afterEach(async () => {
    await daemon?.end();
    await folder.remove();
  });

  it('is a file of the data directory that has everything up to the end, as standard error does', async () => {
    daemon = await DaemonProcess.start(folder);
    const session = await daemon.session();
    await daemon.end('SIGTERM');
    const lines = linesOf(folder);
    // Beside those of Fastify.
    const messages = lines.map(({ msg }) => msg).filter((msg) => !msg.startsWith('Server'));
    const expected = ['listening', 'session starting', 'session ready', 'stopping', 'session closed', 'stopped'];
    assert.deepEqual(messages, expected);
    for (const line of lines.filter(({ msg }) => msg.startsWith('session')))
      assert.equal(line['session_id'], session.id);
    assert.equal(readFileSync(join(folder.path, 'daemon.log'), 'utf8'), daemon.log);
  });

  it('says more, or less, from one moment to the next', async () => {
    const running = (daemon = await DaemonProcess.start(folder));
    const level = async (...words: string[]): Promise<string> => {
      const { stdout, stderr, exitCode } = await shell(running, `./vm-system ops log-level ${words.join(' ')}`);
      assert.equal(exitCode, 0, stderr);
      return stdout;
    };
    const isThere = (mark: string): boolean => linesOf(folder).some(({ path }) => path === `/api/v1/sessions/${mark}`);
    const mark = (name: string): Promise<void> => assert.rejects(running.client.get(`sessions/${name}`));
    assert.equal(await level(), 'info');
    await mark('quiet');
    assert.equal(await level('debug'), 'debug');
    await mark('loud');
    await waitUntil(() => isThere('loud'), 'the line of the request');
    assert.ok(!isThere('quiet'));
    assert.deepEqual(JSON.parse(await level('--json')), { level: 'debug' });
    assert.equal(await level('silent'), 'silent');
    await mark('still');
    await level('debug');
    await mark('loud-again');
    await waitUntil(() => isThere('loud-again'), 'the line of the request');
    assert.ok(!isThere('still'));
    const { exitCode, stderr } = await shell(running, './vm-system ops log-level loud');
    assert.equal(exitCode, 2, stderr);
  });

  it('has the ids of request, session and execution on every line that they led to', async () => {
    daemon = await DaemonProcess.start(folder, ['--log-level', 'debug']);
    const session = await daemon.session();
    const headers = {
      authorization: `Bearer ${readToken(folder.path) ?? ''}`,
      'content-type': 'application/json',
      'x-request-id': 'my-own-id',
    };
    const body = JSON.stringify({ session_id: session.id, input: '6 * 7' });
    const answer = await fetch(`${daemon.url}/api/v1/executions/repl`, { method: 'POST', headers, body });
    const { id } = (await answer.json()) as { id: string };
    await waitUntil(
      () => linesOf(folder).some(({ msg, request_id }) => msg === 'request' && request_id === 'my-own-id'),
      'the line of the request',
    );
    const lines = linesOf(folder).filter(({ request_id }) => request_id === 'my-own-id');
    assert.deepEqual(
      lines.map(({ msg, session_id, execution_id }) => [msg, session_id, execution_id]),
      [
        ['execution running', session.id, id],
        ['execution ok', session.id, id],
        ['request', session.id, undefined],
      ],
    );
    const created = linesOf(folder).find(({ msg }) => msg === 'session ready');
    assert.match(String(created?.['request_id']), /^[0-9a-f-]{36}$/);
  });

  it('does not take a host’s death for the work of the request that had started it', async () => {
    daemon = await DaemonProcess.start(folder, ['--pool', '0']);
    const session = await daemon.session();
    for (const pid of daemon.hosts()) process.kill(pid, 'SIGKILL');
    const crashed = (): Line | undefined => linesOf(folder).find(({ msg }) => msg === 'session crashed');
    await waitUntil(() => crashed() !== undefined, 'the line of the crash');
    assert.equal(crashed()?.['session_id'], session.id);
    assert.equal(crashed()?.['request_id'], undefined);
    const lost = linesOf(folder).find(({ msg }) => msg === 'session lost');
    assert.equal(lost?.['request_id'], undefined);
  });

  it('never has a token, nor what code was given or said', async () => {
    daemon = await DaemonProcess.start(folder, ['--log-level', 'trace']);
    const token = readToken(folder.path) ?? '';
    assert.ok(token.length > 20);
    await folder.write('uses.js', 'console.log(env.KEY, args[0]); throw new Error(env.KEY)');
    const session = await daemon.session();
    const { id: session_id } = session;
    await daemon.repl(session, 'var secret = "in-the-code"; throw new Error(secret)');
    const run = { session_id, path: 'uses.js', args: ['in-the-args'], env: { KEY: 'in-the-env' } };
    await daemon.client.post('executions/run-file', run);
    await fetch(`${daemon.url}/api/v1/templates?token=in-the-query`, {
      headers: { authorization: 'Bearer in-the-header' },
    });
    await daemon.client.post('templates', { name: 'x', password: 'in-the-body' }).catch(() => undefined);
    await daemon.end();
    const text = readFileSync(join(folder.path, 'daemon.log'), 'utf8');
    assert.match(text, /"msg":"execution error"/);
    assert.doesNotMatch(text, /in-the-/);
    assert.ok(!text.includes(token));
  });

  it('is not shared with a daemon that serves another database beside it', async () => {
    daemon = await DaemonProcess.start(folder);
    const beside = await DaemonProcess.start(folder, ['--db', join(folder.path, 'other.db')]);
    const before = linesOf(folder).length;
    await beside.session();
    await beside.end();
    assert.match(beside.log, /session ready/);
    assert.equal(linesOf(folder).length, before);
  });

  it('is that of a daemon in the background, too, once and no more', async () => {
    const shared = await SharedFolder.make();
    try {
      const client = await shared.client();
      const session = await shared.session(client);
      assert.ok(existsSync(join(shared.path, 'daemon.log')));
      const ready = linesOf(shared).filter(({ msg }) => msg === 'session ready');
      assert.deepEqual(
        ready.map(({ session_id, client: by, request_id }) => [session_id, by, request_id]),
        [[session.id, 1, '1-2']],
      );
      assert.equal(linesOf(shared).filter(({ msg }) => msg === 'listening').length, 1);
    } finally {
      await shared.remove();
    }
  });
});
