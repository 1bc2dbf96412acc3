import type Database from 'better-sqlite3';
import type { Session, SessionStatus } from '../../shared/model/session.ts';
import { orNull, toMs, toTimestamp } from './columns.ts';
import { Query } from './query.ts';
import type { SessionChange, SessionStore } from './store.ts';

type SessionRow = {
  id: string;
  vm_id: string;
  workspace_id: string;
  base_commit_oid: string;
  worktree_path: string;
  status: SessionStatus;
  created_at: number;
  updated_at: number;
  closed_at: number | null;
  last_error: string | null;
};

/** The table vm_session. */
export class SessionRows implements SessionStore {
  readonly #insert: Query;
  readonly #get: Query<SessionRow>;
  readonly #list: Query<SessionRow>;
  readonly #listByStatus: Query<SessionRow>;
  readonly #count: Query<{ sessions: number }>;
  readonly #update: Query;

  constructor(database: Database.Database) {
    const query = <Row = never>(sql: string): Query<Row> => new Query<Row>(database, sql);
    this.#insert = query('INSERT INTO vm_session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#get = query('SELECT * FROM vm_session WHERE id = ?');
    this.#list = query('SELECT * FROM vm_session ORDER BY created_at, rowid');
    this.#listByStatus = query('SELECT * FROM vm_session WHERE status = ? ORDER BY created_at, rowid');
    this.#count = query('SELECT count(*) AS sessions FROM vm_session WHERE status = ?');
    // Each column that may be cleared comes with a flag that says whether it is given at all.
    this.#update = query(`UPDATE vm_session SET status = coalesce(?, status), updated_at = ?,
      closed_at = iif(?, ?, closed_at), last_error = iif(?, ?, last_error) WHERE id = ?`);
  }

  insert(session: Session): void {
    this.#insert.run(
      session.id,
      session.vm_id,
      session.workspace_id,
      session.base_commit_oid,
      session.worktree_path,
      session.status,
      toMs(session.created_at),
      toMs(session.updated_at),
      orNull(session.closed_at, toMs),
      session.last_error ?? null,
    );
  }

  get(id: string): Session | undefined {
    const row = this.#get.get(id);
    return row && toSession(row);
  }

  list({ status }: { status?: SessionStatus } = {}): Session[] {
    const rows = status === undefined ? this.#list.all() : this.#listByStatus.all(status);
    return rows.map(toSession);
  }

  count(status: SessionStatus): number {
    return this.#count.get(status)?.sessions ?? 0;
  }

  update(id: string, { status, updated_at, closed_at, last_error }: SessionChange): void {
    this.#update.run(
      status ?? null,
      toMs(updated_at),
      closed_at === undefined ? 0 : 1,
      orNull(closed_at ?? undefined, toMs),
      last_error === undefined ? 0 : 1,
      last_error ?? null,
      id,
    );
  }
}

function toSession(row: SessionRow): Session {
  const { id, vm_id, created_at, updated_at, closed_at, last_error, ...rest } = row;
  return {
    id,
    template_id: vm_id,
    vm_id,
    ...rest,
    created_at: toTimestamp(created_at),
    updated_at: toTimestamp(updated_at),
    ...(closed_at === null ? {} : { closed_at: toTimestamp(closed_at) }),
    ...(last_error === null ? {} : { last_error }),
  };
}
