import assert from 'node:assert/strict';
import { childrenOf, isAlive, residentMb } from './host-processes.ts';
import { eventually, RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: hosts that die', () => {
  const fixture = new RuntimeFixture();
  const endless = { wall_ms: 60_000, cpu_ms: 60_000 };
  after(() => fixture.dispose());

  /** Opens a session and finds its host. */
  async function openWithHost(limits = {}): Promise<{ session: string; pid: number }> {
    const before = new Set(childrenOf(process.pid));
    const session = await fixture.open({ limits });
    const pid = childrenOf(process.pid).find((child) => !before.has(child));
    assert.ok(pid !== undefined, 'a host was started');
    return { session, pid };
  }

  it('a host killed while it runs something ends the run and the session, and nothing else', async () => {
    const { session, pid } = await openWithHost();
    const neighbour = await fixture.open();
    await fixture.run(neighbour, 'var kept = 1');
    const { events, ended } = fixture.start(session, 'console.log("started"); for (;;) {}', endless);
    await eventually('the start', () => events.length > 0);
    process.kill(pid, 'SIGKILL');
    const { status, error } = await ended;
    const reason = `runtime host (pid ${pid}) was killed by SIGKILL`;
    assert.equal(status, 'error');
    assert.deepEqual(error, { code: 'HOST_DIED', message: reason });
    assert.equal(fixture.lost.get(session), reason);
    assert.equal(events.length, 1, 'what was said before is kept');
    assert.equal(await fixture.preview(neighbour, 'kept'), '1');
    assert.deepEqual(fixture.runtime.activeSessionIds(), [neighbour]);
    await fixture.runtime.close(neighbour, 'the test is over');
  });

  it('a host killed while it is idle ends its session', async () => {
    const { session, pid } = await openWithHost();
    process.kill(pid, 'SIGKILL');
    await eventually('the loss', () => fixture.lost.get(session));
    assert.equal(fixture.lost.get(session), `runtime host (pid ${pid}) was killed by SIGKILL`);
    const { error } = await fixture.run(session, '1');
    assert.equal(error?.code, 'HOST_DIED');
  });

  it('a host that stands still is given up soon after the time limit', async () => {
    const { session, pid } = await openWithHost();
    const { ended } = fixture.start(session, 'for (;;) {}', { wall_ms: 300, cpu_ms: 60_000 });
    process.kill(pid, 'SIGSTOP');
    const start = performance.now();
    const { status, error } = await ended;
    assert.equal(status, 'timeout');
    assert.equal(error?.code, 'EXEC_TIMEOUT');
    assert.ok(performance.now() - start < 2500, `${performance.now() - start} ms`);
    assert.match(fixture.lost.get(session) ?? '', /could not be stopped in time/);
    await eventually('the end of the process', () => !isAlive(pid));
  });

  it('a host is not given up for what the daemon did not hear while it had no processor', async () => {
    const { session } = await openWithHost();
    await fixture.run(session, 'let kept = 1');
    const ended = fixture.run(session, '++kept', { wall_ms: 100 });
    // Longer than the time limit, the time to stop and the slack together; the host answers meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    assert.equal((await ended).status, 'ok');
    assert.equal(await fixture.preview(session, 'kept'), '2');
    await fixture.runtime.close(session, 'the test is over');
  });

  it('closing a session ends its run, for the reason given, and its host', async () => {
    const { session, pid } = await openWithHost();
    const { ended } = fixture.start(session, 'for (;;) {}', endless);
    await fixture.runtime.close(session, 'the session was closed');
    const { status, error } = await ended;
    assert.equal(status, 'cancelled');
    assert.deepEqual(error, { code: 'CANCELLED', message: 'the session was closed' });
    await fixture.runtime.close(session, 'again');
    await eventually('the end of the process', () => !isAlive(pid));
    assert.equal(fixture.lost.has(session), false, 'a closed session is not lost');
  });

  it('a session that is closed while it opens is not there', async () => {
    for (const isolation of ['process', 'shared'] as const) {
      const opening = assert.rejects(fixture.open({ isolation }), /the session was closed before it was open/);
      await fixture.runtime.close(fixture.latest, 'changed my mind');
      await opening;
      assert.equal(fixture.runtime.activeSessionIds().includes(fixture.latest), false);
    }
  });

  it('a session of 64 MB never takes much more for long', async function () {
    if (process.platform !== 'linux') this.skip();
    const { session, pid } = await openWithHost({ mem_mb: 64 });
    const allowed = residentMb(pid) + 64 + 64;
    let overSince = 0;
    let longestOver = 0;
    const timer = setInterval(() => {
      if (residentMb(pid) <= allowed) return;
      overSince ||= performance.now();
      longestOver = performance.now() - overSince;
    }, 2);
    const source =
      'const m = new WebAssembly.Memory({ initial: 1 }); while (true) { m.grow(100); new Uint8Array(m.buffer).fill(1) }';
    const { error } = await fixture.run(session, source, endless);
    await eventually('the end of the process', () => !isAlive(pid));
    clearInterval(timer);
    assert.equal(error?.code, 'MEMORY_LIMIT_EXCEEDED');
    assert.ok(longestOver < 200, `${longestOver.toFixed(0)} ms above ${allowed.toFixed(0)} MiB`);
  });

  it('twenty sessions side by side: one bomb, and the others keep their state', async function () {
    this.timeout(60_000);
    const sessions = await Promise.all(Array.from({ length: 20 }, () => fixture.open({ limits: { mem_mb: 64 } })));
    await Promise.all(sessions.map((id, i) => fixture.run(id, `var mine = ${i}`)));
    const [first = '', ...others] = sessions;
    const { error } = await fixture.run(first, 'const a = []; while (true) a.push(new Array(1000).fill(1.5))', endless);
    assert.equal(error?.code, 'MEMORY_LIMIT_EXCEEDED');
    const seen = await Promise.all(others.map((id) => fixture.preview(id, 'mine')));
    assert.deepEqual(
      seen,
      others.map((_id, i) => String(i + 1)),
    );
    assert.deepEqual(fixture.runtime.activeSessionIds(), [...others].sort());
  });

  it('dispose ends what runs and reaps every host', async () => {
    const own = new RuntimeFixture({ spareHosts: 1 });
    const sessions = [await own.open(), await own.open({ isolation: 'shared' })];
    const runs = sessions.map((id) => own.start(id, 'for (;;) {}', endless).ended);
    const start = performance.now();
    await own.dispose();
    assert.ok(performance.now() - start < 2500);
    for (const { status, error } of await Promise.all(runs)) {
      assert.equal(status, 'cancelled');
      assert.equal(error?.message, 'the daemon is stopping');
    }
    assert.deepEqual(own.runtime.activeSessionIds(), []);
    await assert.rejects(own.open(), /the runtime is stopping/);
    await fixture.dispose();
    assert.deepEqual(childrenOf(process.pid), []);
  });
});
