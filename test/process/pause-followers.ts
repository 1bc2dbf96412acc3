import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RestClient } from '../../daemon/cli/rest-client.ts';
import { readToken } from '../../daemon/data-directory.ts';
import type { NotificationParams } from '../../shared/protocol/methods.ts';
import { startBuilt, type CliRun } from '../helpers/run-cli.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder, type StdioProcess } from './shared-daemon.ts';

/** Runs before the followers are stopped, so that the daemon has the memory that it works with. */
const WARM_UP = 3;
/** 2 KB each: a run is 20 MB of events. */
const LINES = 10_000;
/** Half of what a queue would hold. */
const FLAT_MIB_PER_RUN = 10;

/** Nobody else waits. A line takes a millisecond or two; the rest is for a machine with two cores that does all this at once. */
const MEDIAN_MS = 500;
const LONGEST_MS = 5_000;

const LIMITS = { max_events: 1_000_000, max_output_kb: 100_000, wall_ms: 60_000, cpu_ms: 60_000 };

/**
 * Four stdio clients, REST and the command line on the same sessions. One of the clients and the command line follow,
 * and are stopped for a while (SIGSTOP); when they go on they get everything. Meanwhile nobody else waits, and the memory
 * of the daemon stays flat.
 * @param ms for which they are stopped
 * @param leastRuns runs that write events meanwhile, whatever the time
 */
export async function pauseFollowers(ms: number, leastRuns: number): Promise<string> {
  const folder = await SharedFolder.make();
  try {
    return await pauseIn(folder, ms, leastRuns);
  } finally {
    await folder.remove();
  }
}

async function pauseIn(folder: SharedFolder, ms: number, leastRuns: number): Promise<string> {
  const [worker, follower, watcher, talker] = await fourClients(folder);
  const session = await folder.session(worker);
  const { template_id } = session;
  await worker.rpc.request('vm/template/setSettings', { template_id, limits: LIMITS });
  await worker.rpc.request('vm/session/restart', { session_id: session.id });
  const follow = { session_id: session.id };
  for (const { rpc } of [follower, watcher]) await rpc.request('vm/session/follow', follow);
  for (let done = 0; done < WARM_UP; done++) await ended(worker, await flood(worker, session.id));
  await waitUntil(() => count(follower) >= WARM_UP * LINES, 'the first runs', 30_000);
  const before = memoryMiB(folder, 'VmHWM');

  const firstRun = await flood(worker, session.id);
  const command = followByCommand(folder, firstRun);
  await command.begun;
  const resumeAt = Date.now() + ms;
  process.kill(follower.pid, 'SIGSTOP');
  process.kill(command.pid, 'SIGSTOP');
  const pinging = new Pings(folder, talker, (await folder.session(talker)).id);
  await ended(worker, firstRun);
  let runs = 1;
  for (; runs < leastRuns || Date.now() < resumeAt; runs++) await ended(worker, await flood(worker, session.id));
  const last = await worker.rpc.request('vm/execution/repl', { session_id: session.id, input: '"the last"' });
  await waitUntil(() => hasSeen(watcher, last.id), 'who was not stopped', 30_000);
  const times = await pinging.end();
  // Garbage may be collected late; what waits for those who are stopped would stay.
  const most = before + FLAT_MIB_PER_RUN * runs;
  const what = `the daemon to have less than ${most.toFixed()} MiB while ${runs * LINES} events wait`;
  await waitUntil(() => memoryMiB(folder, 'VmRSS') < most, what);
  const grown = memoryMiB(folder, 'VmRSS') - before;
  assert.ok(count(follower) < (WARM_UP + 2) * LINES, 'the follower did stop');

  process.kill(follower.pid, 'SIGCONT');
  process.kill(command.pid, 'SIGCONT');
  await waitUntil(() => hasSeen(follower, last.id), 'the last execution', 60_000);
  const seen = seqsOf(follower);
  assert.deepEqual(seen, seqsOf(watcher));
  assert.equal([...seen.values()].filter((seq) => seq > LINES).length, WARM_UP + runs);
  const { code, stdout } = await command.run;
  assert.deepEqual([code, stdout.match(/x{2000}/g)?.length], [0, LINES]);
  await sameHistory(folder, [worker, follower, watcher, talker], session.id);
  return `${runs * LINES} events waited, all came; the daemon had ${grown.toFixed()} MiB more than at most before; others waited ${times}`;
}

async function fourClients(folder: SharedFolder): Promise<[StdioProcess, StdioProcess, StdioProcess, StdioProcess]> {
  return Promise.all([folder.client(), folder.client(), folder.client(), folder.client()]);
}

/** Not waited for in the request: an answer with all these events would be what the memory goes up by. */
async function flood({ rpc }: StdioProcess, session_id: string): Promise<string> {
  const input = `for (let i = 0; i < ${LINES}; i++) console.log(i, 'x'.repeat(2000))`;
  return (await rpc.request('vm/execution/repl', { session_id, input, wait: false })).id;
}

async function ended({ rpc }: StdioProcess, id: string): Promise<void> {
  const hasEnded = ({ execution }: NotificationParams<'vm/execution/changed'>): boolean =>
    execution.id === id && execution.status === 'ok';
  await rpc.hear('vm/execution/changed', hasEnded);
}

/** `exec events --follow`, and when it has begun to print. */
function followByCommand(
  folder: SharedFolder,
  execution_id: string,
): { pid: number; begun: Promise<void>; run: Promise<CliRun> } {
  const { child, run } = startBuilt(['exec', 'events', execution_id, '--follow', '--json'], folder.env);
  let hasBegun = false;
  child.stdout?.once('data', () => (hasBegun = true));
  return { pid: child.pid ?? 0, begun: waitUntil(() => hasBegun, 'the command to print', 20_000), run };
}

/** Lines by JSON-RPC and by REST, one after the other, and how long each took. */
class Pings {
  readonly #times: number[] = [];
  readonly #pinging: Promise<void>;
  #hasEnded = false;

  constructor(folder: SharedFolder, { rpc }: StdioProcess, session_id: string) {
    const rest = new RestClient({ serverUrl: folder.endpoint()?.url ?? '', token: readToken(folder.path) });
    const body = { session_id, input: '1 + 1' };
    const ping = async (action: () => Promise<unknown>): Promise<void> => {
      const start = performance.now();
      await action();
      this.#times.push(performance.now() - start);
      // Not a load of their own.
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    this.#pinging = (async () => {
      while (!this.#hasEnded) {
        await ping(() => rpc.request('vm/execution/repl', body));
        await ping(() => rest.post('executions/repl', body));
      }
    })();
  }

  async end(): Promise<string> {
    this.#hasEnded = true;
    await this.#pinging;
    const times = this.#times.sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? Infinity;
    const longest = times.at(-1) ?? Infinity;
    const text = `${median.toFixed()} ms (median), ${longest.toFixed()} ms (longest of ${times.length})`;
    assert.ok(median < MEDIAN_MS && longest < LONGEST_MS, text);
    return text;
  }
}

async function sameHistory(folder: SharedFolder, clients: readonly StdioProcess[], session_id: string): Promise<void> {
  const rest = new RestClient({ serverUrl: folder.endpoint()?.url ?? '', token: readToken(folder.path) });
  const byRest = await rest.get('executions', { session_id });
  const { stdout } = await startBuilt(['exec', 'list', session_id, '--json'], folder.env).run;
  assert.deepEqual(JSON.parse(stdout), byRest);
  for (const { rpc } of clients) assert.deepEqual(await rpc.request('vm/execution/list', { session_id }), byRest);
}

/** The last event of each execution that a follower has seen; each must have come once and in order. */
function seqsOf({ rpc }: StdioProcess): Map<string, number> {
  const seqs = new Map<string, number>();
  for (const { execution_id, seq } of rpc.told('vm/execution/event').flatMap(({ events }) => events)) {
    assert.equal(seq, (seqs.get(execution_id) ?? 0) + 1);
    seqs.set(execution_id, seq);
  }
  return seqs;
}

/** Whether all of an execution has come: its value is the last of it. */
function hasSeen({ rpc }: StdioProcess, id: string): boolean {
  const told = rpc.told('vm/execution/event').filter((each) => each.execution_id === id);
  return told.some(({ events }) => events.some(({ type }) => type === 'value'));
}

function count({ rpc }: StdioProcess): number {
  return rpc.told('vm/execution/event').reduce((sum, { events }) => sum + events.length, 0);
}

/** What the daemon has in memory now, or had at most: between two collections of garbage it is tens of MiB more or less. */
function memoryMiB(folder: SharedFolder, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${folder.endpoint()?.pid ?? 0}/status`, 'utf8');
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}
