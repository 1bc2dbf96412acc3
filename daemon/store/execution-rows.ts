import type Database from 'better-sqlite3';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { fromJson, toTimestamp } from './columns.ts';
import { Query } from './query.ts';
import type { ExecutionStore } from './store.ts';

type ExecutionRow = {
  id: string;
  session_id: string;
  kind: Execution['kind'];
  input: string | null;
  path: string | null;
  args: string;
  env: string;
  status: Execution['status'];
  started_at: number;
  ended_at: number | null;
  result: string | null;
  error: string | null;
  metrics: string;
};
type EventRow = { seq: number; ts: number; type: ExecutionEvent['type']; payload: string };

/** Reads the tables execution and execution_event; the journal writes them. */
export class ExecutionRows implements ExecutionStore {
  readonly #flush: () => void;
  readonly #get: Query<ExecutionRow>;
  readonly #list: Query<ExecutionRow>;
  readonly #following: Query<ExecutionRow>;
  readonly #events: Query<EventRow>;

  /** `flush` is called before each read, to commit what waits. */
  constructor(database: Database.Database, flush: () => void) {
    this.#flush = flush;
    const query = <Row>(sql: string): Query<Row> => new Query<Row>(database, sql);
    this.#get = query('SELECT * FROM execution WHERE id = ?');
    this.#list = query('SELECT * FROM execution WHERE session_id = ? ORDER BY id DESC LIMIT ?');
    this.#following = query('SELECT * FROM execution WHERE session_id = ? AND id > ? ORDER BY id LIMIT ?');
    this.#events = query(`SELECT seq, ts, type, payload FROM execution_event
      WHERE execution_id = ? AND seq > ? ORDER BY seq LIMIT ?`);
  }

  get(id: string): Execution | undefined {
    this.#flush();
    const row = this.#get.get(id);
    return row && toExecution(row);
  }

  list({ session_id, limit }: { session_id: string; limit: number }): Execution[] {
    this.#flush();
    return this.#list.all(session_id, limit).map(toExecution);
  }

  following(filter: { session_id: string; after_id: string; limit: number }): Execution[] {
    this.#flush();
    return this.#following.all(filter.session_id, filter.after_id, filter.limit).map(toExecution);
  }

  events(execution_id: string, { after_seq, limit }: { after_seq: number; limit: number }): ExecutionEvent[] {
    this.#flush();
    return this.#events.all(execution_id, after_seq, limit).map(({ seq, ts, type, payload }) => ({
      execution_id,
      seq,
      ts: toTimestamp(ts),
      type,
      payload: fromJson(payload),
    }));
  }
}

function toExecution(row: ExecutionRow): Execution {
  return {
    id: row.id,
    session_id: row.session_id,
    kind: row.kind,
    ...(row.input === null ? {} : { input: row.input }),
    ...(row.path === null ? {} : { path: row.path }),
    args: fromJson(row.args),
    env: fromJson(row.env),
    status: row.status,
    started_at: toTimestamp(row.started_at),
    ...(row.ended_at === null ? {} : { ended_at: toTimestamp(row.ended_at) }),
    ...(row.result === null ? {} : { result: fromJson(row.result) }),
    ...(row.error === null ? {} : { error: fromJson(row.error) }),
    metrics: fromJson(row.metrics),
  };
}
