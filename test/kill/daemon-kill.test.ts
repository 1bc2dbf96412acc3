import assert from 'node:assert/strict';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { killInFlood } from './kill-in-flood.ts';

describe('a daemon that is killed', () => {
  let folder: DaemonFolder;

  beforeEach(async () => {
    folder = await DaemonFolder.make();
  });
  afterEach(() => folder.remove());

  it('has every event that it told of, without a gap, and finalises what it left (3 rounds; npm run soak has 50)', async () => {
    for (let round = 0; round < 3; round++) await killInFlood(folder, 20 + Math.random() * 300);
  }).timeout(60_000);

  it('closes the sessions that it held, with a reason, and takes no host along', async () => {
    const first = await DaemonProcess.start(folder);
    const session = await first.session();
    const loop = await first.start(session, 'for (;;) {}');
    const hosts = first.hosts();
    assert.notEqual(hosts.length, 0);
    await first.end('SIGKILL');
    await waitUntil(() => !hosts.some(isAlive), 'the hosts to end', 2_000);

    const second = await DaemonProcess.start(folder);
    const closed = await second.client.get<{ status: string; last_error: string }>(`sessions/${session.id}`);
    assert.equal(closed.status, 'closed');
    assert.match(closed.last_error, /daemon/);
    const ended = await second.client.get<{ status: string; error: { code: string } }>(`executions/${loop.id}`);
    assert.deepEqual([ended.status, ended.error.code], ['error', 'HOST_DIED']);
    assert.deepEqual(await second.client.get('runtime/summary'), { active_sessions: 0, active_session_ids: [] });
    await second.end();
  }).timeout(60_000);

  it('stops gracefully: what runs is cancelled and stored, sessions are closed, hosts are gone, in 5 s', async () => {
    const daemon = await DaemonProcess.start(folder);
    const session = await daemon.session();
    const loop = await daemon.start(session, 'for (;;) {}');
    const hosts = daemon.hosts();
    const since = Date.now();
    assert.deepEqual(await daemon.end('SIGTERM'), { code: 0, signal: null });
    assert.ok(Date.now() - since < 5_000);
    assert.deepEqual(hosts.filter(isAlive), []);

    const again = await DaemonProcess.start(folder);
    const ended = await again.client.get<{ status: string }>(`executions/${loop.id}`);
    assert.equal(ended.status, 'cancelled');
    const closed = await again.client.get<{ status: string; last_error: string }>(`sessions/${session.id}`);
    assert.deepEqual([closed.status, closed.last_error], ['closed', 'the daemon was stopped (SIGTERM)']);
    await again.end();
  }).timeout(60_000);
});
