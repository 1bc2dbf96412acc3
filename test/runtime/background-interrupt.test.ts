import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, isAlive } from './host-processes.ts';
import { eventually, lines, RuntimeFixture } from './runtime-fixture.ts';

const PATIENT = { wall_ms: 20_000, cpu_ms: 20_000 };

describe('runtime: stopping what runs left behind', function () {
  this.timeout(60_000);
  const fixture = new RuntimeFixture();
  let session: string;
  beforeEach(async () => {
    session = await fixture.open();
  });
  afterEach(() => fixture.runtime.close(session, 'the test is over'));
  after(() => fixture.dispose());

  const background = () => fixture.background.filter((one) => one.session === session);
  const ends = (): (string | undefined)[] => background().map(({ outcome }) => outcome?.status);

  /** A call of a timer that does not end by itself, and has said that it goes on. */
  async function leaveLoop(): Promise<void> {
    await fixture.run(session, 'setTimeout(() => { console.log("in"); for (;;); }, 50); globalThis.kept = 7', PATIENT);
    await eventually('the call', () => background()[0]?.events.length);
  }

  it('lets the run that waits for it begin, and end as it would have', async () => {
    await leaveLoop();
    const { ended } = fixture.start(session, 'kept * 6', PATIENT);
    fixture.runtime.interruptBackground(session);
    const { status, result } = await ended;
    assert.equal(status, 'ok');
    assert.equal(result?.preview, '42');
    assert.deepEqual(ends(), ['cancelled']);
  });

  it('does nothing to a run, its timers or its calls, however often', async () => {
    await fixture.run(session, 'setInterval(() => console.log("beat"), 10)');
    await eventually('a beat', () => background()[0]?.events.length);
    const source = 'console.log("begun"); await new Promise((done) => setTimeout(done, 200)); "done"';
    const { events, ended } = fixture.start(session, source, PATIENT);
    await eventually('the begin', () => lines(events).includes('begun'));
    for (let times = 0; times < 3; times++) fixture.runtime.interruptBackground(session);
    const { status, result } = await ended;
    assert.equal(status, 'ok');
    assert.equal(result?.preview, 'done');
    assert.equal(ends()[0], 'ok', 'it had ended when the run began');
  });

  it('answers always, also when it was stopped already', async () => {
    await fixture.run(session, 'setInterval(() => console.log("beat"), 5)');
    await eventually('a beat', () => background()[0]?.events.length);
    for (let times = 0; times < 5; times++) fixture.runtime.interruptBackground(session);
    await eventually('the end', () => ends().every((status) => status !== undefined));
    assert.equal(await fixture.preview(session, '1 + 1'), '2');
    assert.equal(background().length, 1);
  });

  it('a run that comes in the same moment begins after it', async () => {
    for (let times = 0; times < 20; times++) {
      await fixture.run(session, 'setInterval(() => 0, 1e6); 0');
      fixture.runtime.interrupt(session);
      const { result } = await fixture.run(
        session,
        'await new Promise((done) => setTimeout(() => done("its own timer"), 2))',
      );
      assert.equal(result?.preview, 'its own timer');
    }
  });

  it('a host that does not manage to is ended, and says whose fault it was', async () => {
    await fixture.runtime.close(session, 'another');
    const before = new Set(childrenOf(process.pid));
    session = await fixture.open();
    const pid = childrenOf(process.pid).find((child) => !before.has(child)) ?? assert.fail('there is no host');
    await leaveLoop();
    process.kill(pid, 'SIGSTOP');
    const { ended } = fixture.start(session, '1', { wall_ms: 60_000 });
    fixture.runtime.interruptBackground(session);
    const { status, error } = await ended;
    assert.deepEqual(ends(), ['cancelled']);
    assert.equal(status, 'error');
    assert.equal(error?.code, 'HOST_DIED');
    assert.match(fixture.lost.get(session) ?? '', /^what earlier executions left behind could not be stopped in time/);
    await eventually('the end of the process', () => !isAlive(pid));
  });

  describe('in the middle of a call of a host module', () => {
    let worktree: string;
    beforeEach(async () => {
      worktree = await realpath(await mkdtemp(join(tmpdir(), 'vm-interrupt-')));
      await writeFile(join(worktree, 'a.txt'), 'text');
      await fixture.runtime.close(session, 'another');
      session = await fixture.open({ modules: ['fs'], worktree });
    });
    afterEach(() => rm(worktree, { recursive: true, force: true }));

    it('the use is in the log, of an execution that ends', async () => {
      // The process that does the calls starts with the first: what it does is noted long after the interrupt.
      const source = `const fs = require('fs'); setTimeout(() => { console.log('go'); fs.readFile('a.txt', () => 0); }, 20)`;
      await fixture.run(session, source);
      await eventually('the call', () => background()[0]?.events.length);
      fixture.runtime.interruptBackground(session);
      const uses = () => background().flatMap(({ events }) => events.filter(({ payload }) => payload['code'] === 'USE_ALLOWED')); // prettier-ignore
      await eventually('the use', () => uses().length > 0, 15_000);
      await eventually('the ends', () => ends().every((status) => status !== undefined));
      assert.match(String(uses()[0]?.payload['message']), /^allowed: fs\.readFile/);
    });
  });
});
