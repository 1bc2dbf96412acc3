import assert from 'node:assert/strict';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { type DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';

const PAGE = 1000;
const FLOOD = { limits: { max_events: 5_000_000, max_output_kb: 1_000_000, wall_ms: 60_000, cpu_ms: 60_000 } };

/**
 * Kills a daemon in the middle of a console flood and looks at what a new one finds: every event that a follower was told
 * of, numbered without a gap, no row that says it still runs, and no host that lives on.
 */
export async function killInFlood(folder: DaemonFolder, afterMs: number): Promise<void> {
  const daemon = await DaemonProcess.start(folder);
  const session = await daemon.session(FLOOD);
  const { id } = await daemon.start(session, 'for (let i = 0; ; i++) console.log("line", i)');
  let told = 0;
  const following = (async () => {
    for await (const { seq } of daemon.client.stream<ExecutionEvent>(`executions/${id}/events/stream`)) told = seq;
  })().catch(() => undefined);
  await waitUntil(() => told > 0, 'the first event of the flood');
  const killAt = Date.now() + afterMs;
  await waitUntil(() => Date.now() >= killAt, 'the moment to kill');
  const hosts = daemon.hosts();
  await daemon.end('SIGKILL');
  await following;
  await waitUntil(() => !hosts.some(isAlive), 'the hosts to end', 2_000);

  const next = await DaemonProcess.start(folder);
  try {
    const execution = await next.client.get<Execution>(`executions/${id}`);
    assert.deepEqual([execution.status, execution.error?.code], ['error', 'HOST_DIED']);
    assert.ok((await lastSeq(next, id)) >= told, `an event that was told of (${told}) is missing`);
  } finally {
    await next.end();
  }
}

/** Reads all events and checks that they count 1, 2, 3 … */
async function lastSeq(daemon: DaemonProcess, id: string): Promise<number> {
  let last = 0;
  for (;;) {
    const page = await daemon.client.get<ExecutionEvent[]>(`executions/${id}/events`, { after_seq: last, limit: PAGE });
    for (const { seq } of page) assert.equal(seq, ++last);
    if (page.length < PAGE) return last;
  }
}
