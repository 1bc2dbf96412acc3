import type Database from 'better-sqlite3';
import { Query } from './query.ts';
import type { Pruned, PruneOptions } from './store.ts';

/** Rows that are looked at in one go. */
const PAGE = 20;

/** Events deleted in one transaction, about: the event loop waits for all of them. Twenty milliseconds (measured). */
const MAX_EVENTS = 5_000;

type ExecutionRow = { id: string; status: string; ended_at: number | null };
type SessionRow = { id: string; status: string; updated_at: number };

/** Deletes what is old, a little at a time: requests are answered in between. */
export class Pruner {
  readonly #database: Database.Database;
  readonly #sessions: Query<SessionRow>;
  readonly #sessionsOf: Query<SessionRow>;
  readonly #executions: Query<ExecutionRow>;
  readonly #surplus: Query<{ id: string }>;
  readonly #events: Query<{ count: number }>;
  readonly #count: Query<{ count: number }>;
  readonly #deleteExecution: Query;
  readonly #deleteSession: Query;

  constructor(database: Database.Database) {
    this.#database = database;
    const query = <Row = never>(sql: string): Query<Row> => new Query<Row>(database, sql);
    const session = 'SELECT id, status, updated_at FROM vm_session WHERE';
    this.#sessions = query(`${session} id > ? ORDER BY id LIMIT ${PAGE}`);
    this.#sessionsOf = query(`${session} id > ? AND vm_id = ? ORDER BY id LIMIT ${PAGE}`);
    this.#executions = query(
      `SELECT id, status, ended_at FROM execution WHERE session_id = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
    );
    this.#surplus = query('SELECT id FROM execution WHERE session_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?');
    this.#events = query('SELECT count(*) AS count FROM execution_event WHERE execution_id = ?');
    this.#count = query('SELECT count(*) AS count FROM execution WHERE session_id = ?');
    this.#deleteExecution = query("DELETE FROM execution WHERE id = ? AND status <> 'running'");
    // Asked once more: it may have been restarted since it was read.
    this.#deleteSession = query("DELETE FROM vm_session WHERE id = ? AND status IN ('closed', 'crashed')");
  }

  async prune(options: PruneOptions): Promise<Pruned> {
    const pruned: Pruned = { sessions: 0, executions: 0, events: 0 };
    let after = '';
    for (;;) {
      const { template_id } = options;
      const page = template_id === undefined ? this.#sessions.all(after) : this.#sessionsOf.all(after, template_id);
      for (const session of page) await this.#pruneSession(session, options, pruned);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE || isStopped(options)) return pruned;
      after = last.id;
      await othersFirst();
    }
  }

  async #pruneSession(session: SessionRow, options: PruneOptions, pruned: Pruned): Promise<void> {
    const { ended_before_ms = -Infinity, keep_newest, dry_run = false } = options;
    const before = pruned.executions;
    const surplus = keep_newest === undefined ? undefined : this.#surplus.get(session.id, keep_newest)?.id;
    const isOld = ({ id, status, ended_at }: ExecutionRow): boolean =>
      status !== 'running' && ((ended_at ?? Infinity) < ended_before_ms || (surplus !== undefined && id <= surplus));
    await this.#pruneExecutions(session.id, isOld, options, pruned);
    const hasEnded = session.status === 'closed' || session.status === 'crashed';
    if (!hasEnded || session.updated_at >= ended_before_ms || isStopped(options)) return;
    const left = (this.#count.get(session.id)?.count ?? 0) - (dry_run ? pruned.executions - before : 0);
    if (left > 0) return;
    if (dry_run || this.#deleteSession.run(session.id) > 0) pruned.sessions += 1;
  }

  /** Ids are in the order of time, so the first page without an old one is the last to be looked at. */
  async #pruneExecutions(
    sessionId: string,
    isOld: (row: ExecutionRow) => boolean,
    options: PruneOptions,
    pruned: Pruned,
  ): Promise<void> {
    let after = '';
    for (;;) {
      const page = this.#executions.all(sessionId, after);
      const old = page.filter(isOld);
      for (const portion of this.#portions(old, pruned)) {
        if (options.dry_run !== true) this.#delete(portion);
        await othersFirst();
        if (isStopped(options)) return;
      }
      const last = page.at(-1);
      if (last === undefined || old.length === 0 || page.length < PAGE) return;
      after = last.id;
    }
  }

  /** Counts them, and cuts them where their events become many. */
  *#portions(rows: readonly ExecutionRow[], pruned: Pruned): Generator<ExecutionRow[]> {
    let portion: ExecutionRow[] = [];
    let events = 0;
    for (const row of rows) {
      const count = this.#events.get(row.id)?.count ?? 0;
      portion.push(row);
      events += count;
      pruned.events += count;
      pruned.executions += 1;
      if (events < MAX_EVENTS) continue;
      yield portion;
      portion = [];
      events = 0;
    }
    if (portion.length > 0) yield portion;
  }

  #delete(rows: readonly ExecutionRow[]): void {
    this.#database.transaction(() => {
      for (const { id } of rows) this.#deleteExecution.run(id);
    })();
  }
}

function isStopped({ signal }: PruneOptions): boolean {
  return signal?.aborted === true;
}

function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
