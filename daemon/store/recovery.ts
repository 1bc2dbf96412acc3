import type Database from 'better-sqlite3';
import type { OutcomeCode } from '../../shared/errors/error-codes.ts';
import type { ExecutionError, Metrics } from '../../shared/model/execution.ts';
import { fromJson } from './columns.ts';

/** What a daemon that was killed left open. */
export type Recovered = { executions: number; sessions: number };

const HOST_DIED = 'HOST_DIED' satisfies OutcomeCode;
const EXECUTION_MESSAGE = 'the daemon ended while this execution ran';
const SESSION_MESSAGE = 'the daemon ended without closing this session';

type Interrupted = { id: string; metrics: string; last_seq: number };

/**
 * Ends what a daemon that was killed left open, in one transaction: executions that ran get the error HOST_DIED and a
 * closing `system` event, sessions are closed with the reason in `last_error`. To be run before anything else writes.
 * @param now milliseconds since 1970
 */
export function finaliseInterrupted(database: Database.Database, now: number): Recovered {
  const run = database.transaction(() => {
    const interrupted = database
      .prepare<[], Interrupted>(
        `SELECT id, metrics, coalesce((SELECT max(seq) FROM execution_event WHERE execution_id = id), 0) AS last_seq
         FROM execution WHERE status = 'running'`,
      )
      .all();
    finaliseExecutions(database, interrupted, now);
    return { executions: interrupted.length, sessions: closeSessions(database, now) };
  });
  return run.immediate();
}

function finaliseExecutions(database: Database.Database, interrupted: readonly Interrupted[], now: number): void {
  const append = database.prepare(`INSERT INTO execution_event (execution_id, seq, ts, type, payload)
    VALUES (?, ?, ?, 'system', ?)`);
  const finish = database.prepare(
    "UPDATE execution SET status = 'error', ended_at = ?, error = ?, metrics = ? WHERE id = ?",
  );
  const error: ExecutionError = { code: HOST_DIED, message: EXECUTION_MESSAGE };
  const payload = JSON.stringify({ message: EXECUTION_MESSAGE, code: HOST_DIED });
  for (const { id, metrics, last_seq } of interrupted) {
    const seq = last_seq + 1;
    append.run(id, seq, now, payload);
    finish.run(now, JSON.stringify(error), JSON.stringify({ ...fromJson<Metrics>(metrics), event_count: seq }), id);
  }
}

function closeSessions(database: Database.Database, now: number): number {
  const close = database.prepare(`UPDATE vm_session SET status = 'closed', closed_at = ?, updated_at = ?, last_error = ?
    WHERE status IN ('starting', 'ready')`);
  return close.run(now, now, SESSION_MESSAGE).changes;
}
