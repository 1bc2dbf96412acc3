import assert from 'node:assert/strict';
import fc from 'fast-check';
import { REQUESTS } from '../../shared/protocol/methods.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { Contract, type OpenApi } from '../transport/rest/contract.ts';
import { FuzzDaemon } from './fuzz-daemon.ts';
import { LiveIds } from './live-ids.ts';
import { Caller } from './make-call.ts';
import { restCalls, type Document } from './rest-call.ts';
import { rpcCalls } from './rpc-call.ts';

const CALLS = Number(process.env['FUZZ_CALLS'] ?? 10_000);
/** The same seed makes the same calls: `FUZZ_SEED=… npm test -- test/fuzz`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** At once, so that calls meet each other. */
const WORKERS = 8;
/** Sessions are looked after so often. */
const ROUND = 40;
/** Caches are full and code is compiled after this share of the calls; from there on memory is flat. */
const WARM_UP = 0.4;
const FLAT_MIB = 40;
/** What the daemon opens for itself meanwhile: a spare host of another kind, say. */
const OWN_HANDLES = 8;

describe(`calls that a machine made up (FUZZ_SEED=${SEED})`, function () {
  this.timeout(400_000);
  let target: FuzzDaemon;
  before(async () => {
    target = await FuzzDaemon.start();
  });
  after(() => target.stop());

  it(`get ${CALLS} answers as the contract has them, from a daemon that lives and does not grow`, async () => {
    const document = (await (await fetch(`${target.daemon.url}/openapi.json`)).json()) as Document & OpenApi;
    const ids = new LiveIds();
    const caller = new Caller(target, ids, new Contract(document));
    const counts = new Map<string, number>();
    const called = new Set<string>();
    const calls = fc.sample(fc.oneof(restCalls(document), rpcCalls()), { seed: SEED, numRuns: CALLS });
    const memory: number[] = [];
    const handles = target.handles();
    const work = calls.entries();
    const worker = async (): Promise<void> => {
      for (const [index, call] of work) {
        if (index % ROUND === 0) {
          await target.keepSessions(ids);
          target.rpc.received.length = 0;
          memory.push(target.memory());
        }
        called.add(call.transport === 'rest' ? call.operation : call.method);
        const outcome = await caller.check(call);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker)).finally(() => {
      caller.close();
    });
    assert.ok(isAlive(target.daemon.pid), 'the daemon lives');
    await target.closeSessions();
    if (process.env['FUZZ_VERBOSE'] !== undefined) console.log('handles', handles, target.handles());
    await waitUntil(() => target.handles() <= handles + OWN_HANDLES, 'all handles to be closed', 20_000);
    assert.deepEqual(target.daemon.log.match(/.*"level":[56]0.*/g), null, 'the log of the daemon has errors');
    assert.deepEqual(target.daemon.log.match(/.*"stderr":"[^"]*host\.js.*/g), null, 'a host died of an error of its own'); // prettier-ignore
    const all = [
      ...Object.values(document.paths).flatMap((each) => Object.values(each).map(({ operationId }) => operationId)),
      ...Object.keys(REQUESTS),
    ];
    assert.deepEqual(
      all.filter((each) => !called.has(each)),
      [],
      'never called',
    );
    if (process.env['FUZZ_VERBOSE'] !== undefined) {
      console.log(counts, memory.filter((_, index) => index % 10 === 0).map(Math.round));
    }
    const warm = least(memory.slice(memory.length * WARM_UP, memory.length * WARM_UP + 20));
    // While calls come as fast as they can be answered, garbage waits; at rest it is given back.
    const grown = (): number => target.memory() - warm;
    await waitUntil(() => grown() < FLAT_MIB, 'the daemon to give back what the calls have taken', 20_000);
  });
});

/** What garbage there is at a moment says nothing. */
function least(values: readonly number[]): number {
  return Math.min(...values);
}
