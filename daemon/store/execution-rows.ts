import type Database from 'better-sqlite3';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { fromJson, toTimestamp } from './columns.ts';
import { Query } from './query.ts';
import type { StagedOperation } from './staged-operations.ts';
import type { ExecutionStore } from './store.ts';
import { unfiledEvents, withUnfiled, type EventRow, type ExecutionRow } from './unfiled.ts';

/** Reads the tables execution and execution_event; the journal writes them. */
export class ExecutionRows implements ExecutionStore {
  readonly #flush: () => readonly StagedOperation[];
  readonly #get: Query<ExecutionRow>;
  readonly #list: Query<ExecutionRow>;
  readonly #following: Query<ExecutionRow>;
  readonly #events: Query<EventRow>;

  /** `flush` is called before each read, to file what waits; it returns what the disk does not let be filed. */
  constructor(database: Database.Database, flush: () => readonly StagedOperation[]) {
    this.#flush = flush;
    const query = <Row>(sql: string): Query<Row> => new Query<Row>(database, sql);
    this.#get = query('SELECT * FROM execution WHERE id = ?');
    this.#list = query('SELECT * FROM execution WHERE session_id = ? ORDER BY id DESC LIMIT ?');
    this.#following = query('SELECT * FROM execution WHERE session_id = ? AND id > ? ORDER BY id LIMIT ?');
    this.#events = query(`SELECT seq, ts, type, payload FROM execution_event
      WHERE execution_id = ? AND seq > ? ORDER BY seq LIMIT ?`);
  }

  get(id: string): Execution | undefined {
    const unfiled = this.#flush();
    const filed = this.#get.get(id);
    const [row] = withUnfiled(filed === undefined ? [] : [filed], unfiled, (other) => other.id === id);
    return row && toExecution(row);
  }

  list({ session_id, limit }: { session_id: string; limit: number }): Execution[] {
    const unfiled = this.#flush();
    const rows = withUnfiled(this.#list.all(session_id, limit), unfiled, (row) => row.session_id === session_id);
    if (unfiled.length > 0) rows.sort((one, other) => (one.id < other.id ? 1 : -1));
    return rows.slice(0, limit).map(toExecution);
  }

  following({ session_id, after_id, limit }: { session_id: string; after_id: string; limit: number }): Execution[] {
    const unfiled = this.#flush();
    const filed = this.#following.all(session_id, after_id, limit);
    const rows = withUnfiled(filed, unfiled, (row) => row.session_id === session_id && row.id > after_id);
    if (unfiled.length > 0) rows.sort((one, other) => (one.id < other.id ? -1 : 1));
    return rows.slice(0, limit).map(toExecution);
  }

  events(execution_id: string, { after_seq, limit }: { after_seq: number; limit: number }): ExecutionEvent[] {
    const unfiled = this.#flush();
    const rows = this.#events.all(execution_id, after_seq, limit);
    if (unfiled.length > 0) rows.push(...unfiledEvents(unfiled, execution_id, after_seq));
    return rows.slice(0, limit).map(({ seq, ts, type, payload }) => ({
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
