import assert from 'node:assert/strict';
import type { Session } from '../../shared/model/session.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const NEIGHBOURS = 19;

describe('a host that dies', () => {
  let folder: DaemonFolder;
  let daemon: DaemonProcess;

  beforeEach(async () => {
    folder = await DaemonFolder.make();
    daemon = await DaemonProcess.start(folder, ['--pool', '0']);
  });
  afterEach(async () => {
    await daemon.end();
    await folder.remove();
  });

  const get = (session: Session): Promise<Session> => daemon.client.get(`sessions/${session.id}`);

  it('takes only its own session along, and says so', async () => {
    const victim = await daemon.session();
    const [host] = daemon.hosts();
    const neighbour = await daemon.session();
    await daemon.repl(neighbour, 'globalThis.kept = 42');
    const loop = await daemon.start(victim, 'for (;;) {}');
    process.kill(host ?? 0, 'SIGKILL');
    await waitUntil(async () => (await get(victim)).status === 'crashed', 'the session to be called crashed');
    assert.match((await get(victim)).last_error ?? '', /host.*SIGKILL/);
    const ended = await daemon.client.get<{ status: string; error: { code: string } }>(`executions/${loop.id}`);
    assert.deepEqual([ended.status, ended.error.code], ['error', 'HOST_DIED']);
    assert.equal((await daemon.repl(neighbour, 'kept')).result?.preview, '42');
    await assert.rejects(daemon.repl(victim, '1'), /SESSION_NOT_READY/);
  }).timeout(60_000);

  it('of a memory bomb leaves 19 others with their state', async () => {
    const neighbours: Session[] = [];
    for (let i = 0; i < NEIGHBOURS; i++) neighbours.push(await daemon.session());
    await Promise.all(neighbours.map((each, i) => daemon.repl(each, `globalThis.kept = ${i}`)));
    const victim = await daemon.session({ limits: { mem_mb: 64 } });
    const bomb = await daemon.repl(victim, 'const a = []; while (true) a.push(new Array(1000).fill(1.5))');
    assert.deepEqual([bomb.status, bomb.error?.code], ['error', 'MEMORY_LIMIT_EXCEEDED']);
    await waitUntil(async () => (await get(victim)).status === 'crashed', 'the session to be called crashed');
    assert.match((await get(victim)).last_error ?? '', /memory limit of 64 MB exceeded in execution/);
    const kept = await Promise.all(neighbours.map((each) => daemon.repl(each, 'kept')));
    assert.deepEqual(kept.map(({ result }) => result?.json), neighbours.map((_, i) => i)); // prettier-ignore
  }).timeout(60_000);

  it('does not keep health from answering within 50 ms while 8 sessions spin and one floods', async () => {
    const limits = { max_events: 5_000_000, max_output_kb: 1_000_000, wall_ms: 60_000, cpu_ms: 60_000 };
    const flood = await daemon.session({ limits });
    const spinners = await Promise.all(Array.from({ length: 8 }, () => daemon.session({ limits })));
    await Promise.all(spinners.map((each) => daemon.start(each, 'for (;;) {}')));
    await daemon.start(flood, 'for (let i = 0; ; i++) console.log("line", i)');
    // The median is the daemon's; single answers, and at times many of them, also wait for whatever else this machine does.
    await waitUntil(async () => (await medianMs(() => daemon.client.get('health'))) < 50, 'a median below 50 ms');
  }).timeout(60_000);
});

async function medianMs(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 41; i++) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[20] ?? Infinity;
}
