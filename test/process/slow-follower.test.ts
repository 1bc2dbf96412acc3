import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { NotificationParams } from '../../shared/protocol/methods.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder, type StdioProcess } from './shared-daemon.ts';

/** Runs before the follower is stopped, so that the daemon has the memory that it works with, and while it is. */
const WARM_UP = 3;
const RUNS = 8;
/** 2 KB each: 160 MB of events while the follower is stopped, where a queue would be seen. */
const LINES = 10_000;
const FLAT_MIB = 80;

describe('a follower that is stopped for a while', function () {
  this.timeout(60_000);
  let folder: SharedFolder;
  beforeEach(async () => {
    folder = await SharedFolder.make();
  });
  afterEach(() => folder.remove());

  it('gets everything when it goes on; meanwhile nobody waits and the memory of the daemon stays flat', async () => {
    const worker = await folder.client();
    const session = await folder.session(worker);
    await worker.rpc.request('vm/template/setSettings', {
      template_id: session.template_id,
      limits: { max_events: 1_000_000, max_output_kb: 100_000, wall_ms: 60_000, cpu_ms: 60_000 },
    });
    await worker.rpc.request('vm/session/restart', { session_id: session.id });
    const follower = await folder.client();
    await follower.rpc.request('vm/session/follow', { session_id: session.id });
    const run = async (): Promise<void> => {
      const input = `for (let i = 0; i < ${LINES}; i++) console.log(i, 'x'.repeat(2000))`;
      // Not waited for in the request: an answer with all these events would be what the memory goes up by.
      const { id } = await worker.rpc.request('vm/execution/repl', { session_id: session.id, input, wait: false });
      const hasEnded = ({ execution }: NotificationParams<'vm/execution/changed'>): boolean =>
        execution.id === id && execution.status === 'ok';
      await worker.rpc.hear('vm/execution/changed', hasEnded);
    };
    for (let done = 0; done < WARM_UP; done++) await run();
    await waitUntil(() => count(follower) >= WARM_UP * LINES, 'the first runs', 20_000);
    const before = residentMiB(folder);

    process.kill(follower.pid, 'SIGSTOP');
    for (let done = 0; done < RUNS; done++) await run();
    const { id } = await worker.rpc.request('vm/execution/repl', { session_id: session.id, input: '1 + 1' });
    const grown = residentMiB(folder) - before;
    assert.ok(grown < FLAT_MIB, `the daemon grew by ${grown.toFixed()} MiB while ${RUNS * LINES} events waited`);
    assert.ok(count(follower) < (WARM_UP + 1) * LINES, 'the follower did stop');

    process.kill(follower.pid, 'SIGCONT');
    const seen = (): boolean => follower.rpc.told('vm/execution/event').some((each) => each.execution_id === id);
    await waitUntil(seen, 'the last execution', 30_000);
    const seqs = new Map<string, number>();
    for (const { events } of follower.rpc.told('vm/execution/event')) {
      for (const { execution_id, seq } of events) {
        assert.equal(seq, (seqs.get(execution_id) ?? 0) + 1);
        seqs.set(execution_id, seq);
      }
    }
    assert.equal([...seqs.values()].filter((last) => last > LINES).length, WARM_UP + RUNS);
  });
});

function count({ rpc }: StdioProcess): number {
  return rpc.told('vm/execution/event').reduce((sum, { events }) => sum + events.length, 0);
}

function residentMiB(folder: SharedFolder): number {
  const status = readFileSync(`/proc/${folder.endpoint()?.pid ?? 0}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
