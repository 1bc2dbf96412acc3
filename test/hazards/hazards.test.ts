import assert from 'node:assert/strict';
import type { ErrorEnvelope } from '../../shared/errors/vm-error.ts';
import type { Execution, ExecutionWithEvents } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';
import { HAZARDS, type End, type Hazard } from './hazards.ts';

/** Of most hazards. */
const LIMITS = { mem_mb: 64, wall_ms: 400, cpu_ms: 300, max_output_kb: 64, max_events: 1000 };
const SLOW = { ...LIMITS, wall_ms: 8000, cpu_ms: 8000 };
/** What stopping may take beyond the limit: the grace that a guest is given, the death of its host, a busy machine. */
const GRACE_MS = 2500;

describe('hazards', () => {
  let daemon: TestDaemon;
  let neighbours: Session[];
  /** The one that meets the hazards, as long as it lives: one after the other. */
  let session: Session | undefined;

  before(async () => {
    daemon = await TestDaemon.open({ spareHosts: 1 });
    const isolations = ['process', 'shared', 'shared'] as const;
    neighbours = await Promise.all(isolations.map((isolation) => daemon.session({ runtime: { isolation } })));
    for (const [i, neighbour] of neighbours.entries()) await daemon.repl(neighbour, `var state = ${i}`);
  });
  after(() => daemon.close());

  for (const [what, hazard] of Object.entries(HAZARDS)) {
    it(`${what} ends within its limits, honestly, and spares the neighbours`, async () => {
      const limits = hazard.isSlow === undefined ? LIMITS : SLOW;
      const current = limits === LIMITS && session !== undefined ? session : await open(daemon, limits);
      if (limits === LIMITS) session = undefined;
      const begun = performance.now();
      const execution = await run(daemon, current, hazard.source);
      const took = performance.now() - begun;
      assert.ok(took < limits.wall_ms + GRACE_MS, `took ${took} ms`);
      checkEnd(hazard, execution);
      if (hazard.goesOn === true) await daemon.api.call('POST', `sessions/${current.id}/interrupt`);
      const lives = await livesOn(daemon, current, hazard, execution);
      for (const [i, neighbour] of neighbours.entries()) {
        assert.equal((await daemon.repl(neighbour, 'state')).result?.preview, String(i), `neighbour ${i}`);
      }
      if (lives && hazard.spoils === undefined && limits === LIMITS) session = current;
      else await daemon.api.ok('POST', `sessions/${current.id}/close`);
    });
  }
});

async function open(daemon: TestDaemon, limits: typeof LIMITS): Promise<Session> {
  const session = await daemon.session({ limits });
  await daemon.repl(session, 'var state = 41');
  return session;
}

/** Too much output is refused with 422, and the execution can be read. */
async function run(daemon: TestDaemon, session: Session, input: string): Promise<Execution> {
  const body = { session_id: session.id, input };
  const answer = await daemon.api.call<ExecutionWithEvents & Partial<ErrorEnvelope>>('POST', 'executions/repl', body);
  if (answer.status !== 422) {
    assert.equal(answer.status, 201, JSON.stringify(answer.body).slice(0, 500));
    return answer.body;
  }
  const id = String((answer.body as unknown as ErrorEnvelope).error.details['execution_id']);
  return daemon.api.ok('GET', `executions/${id}`);
}

function checkEnd({ ends, message }: Hazard, { status, error }: Execution): void {
  const end = (error?.code ?? status) as End;
  assert.ok(ends.includes(end), `${end}: ${error?.message.slice(0, 500)}`);
  if (end === 'JS_EXCEPTION' && message !== undefined) assert.equal(error?.message.slice(0, message.length), message);
  const expected = end === 'ok' ? 'ok' : end === 'EXEC_TIMEOUT' || end === 'CPU_LIMIT_EXCEEDED' ? 'timeout' : 'error';
  assert.equal(status, expected);
}

/** A session lives on with its state, and shows it, unless it ran out of memory: then it says so. */
async function livesOn(
  daemon: TestDaemon,
  session: Session,
  hazard: Hazard,
  { id, error }: Execution,
): Promise<boolean> {
  const { status, last_error } = await daemon.api.ok<Session>('GET', `sessions/${session.id}`);
  if (status === 'crashed') {
    assert.ok(hazard.goesOn === true || error?.code === 'MEMORY_LIMIT_EXCEEDED', last_error);
    const [where, limit] = [` in execution ${id}`, `memory limit of ${LIMITS.mem_mb} MB exceeded`];
    // What goes on does so after the execution, and may have filled the heap so that V8 does nothing but collect.
    const late = `what ran${where} could not be stopped in time`;
    const honest = hazard.goesOn === true ? [limit + where, limit, late] : [limit + where];
    assert.ok(
      honest.some((start) => last_error?.startsWith(start)),
      last_error,
    );
    return false;
  }
  assert.equal(status, 'ready', last_error);
  const ask = (): Promise<Execution> => daemon.repl(session, '({ list: [state + 1, "text"] })');
  let after = await ask();
  // What is collected late is finalised late: in an execution of its own, or in this one, under the same limits.
  for (let i = 0; i < 5 && hazard.goesOn === true && after.status === 'timeout'; i++) {
    await daemon.api.call('POST', `sessions/${session.id}/interrupt`);
    after = await ask();
  }
  assert.equal(after.result?.preview, "{ list: [ 42, 'text' ] }", after.error?.message);
  return true;
}
