import { chmodSync, rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { Query } from './query.ts';
import { asStorageError } from './storage-failure.ts';
import type { Maintenance, Pruned, PruneOptions } from './store.ts';

/** Executions deleted in one transaction: each may have thousands of events, and the event loop waits for all of them. */
const BATCH = 20;

/** What keeps a database small and safe while it is in use. */
export class SqliteMaintenance implements Maintenance {
  readonly #database: Database.Database;
  readonly #flush: () => void;
  readonly #oldExecutions: Query<{ id: string; events: number }>;
  readonly #deleteExecution: Query;
  readonly #oldSessions: Query<{ id: string }>;
  readonly #deleteSession: Query;

  constructor(database: Database.Database, flush: () => void) {
    this.#database = database;
    this.#flush = flush;
    const query = <Row = never>(sql: string): Query<Row> => new Query<Row>(database, sql);
    this.#oldExecutions = query(`
      SELECT id, (SELECT count(*) FROM execution_event WHERE execution_id = execution.id) AS events
      FROM execution WHERE id > ? AND status <> 'running' AND ended_at < ? ORDER BY id LIMIT ${BATCH}`);
    this.#deleteExecution = query('DELETE FROM execution WHERE id = ?');
    this.#oldSessions = query(`
      SELECT id FROM vm_session WHERE status IN ('closed', 'crashed') AND updated_at < ?
      AND NOT EXISTS (SELECT 1 FROM execution WHERE session_id = vm_session.id AND (ended_at IS NULL OR ended_at >= ?))`);
    this.#deleteSession = query('DELETE FROM vm_session WHERE id = ?');
  }

  async backup(file: string): Promise<{ size_bytes: number }> {
    this.#flush();
    try {
      await this.#database.backup(file);
      chmodSync(file, 0o600);
    } catch (error) {
      rmSync(file, { force: true });
      throw asStorageError(error);
    }
    return { size_bytes: statSync(file).size };
  }

  async prune({ ended_before_ms, dry_run }: PruneOptions): Promise<Pruned> {
    this.#flush();
    const pruned: Pruned = { sessions: 0, executions: 0, events: 0 };
    const sessions = this.#oldSessions.all(ended_before_ms, ended_before_ms);
    let after = '';
    for (;;) {
      const batch = this.#oldExecutions.all(after, ended_before_ms);
      after = batch.at(-1)?.id ?? after;
      pruned.executions += batch.length;
      for (const { events } of batch) pruned.events += events;
      if (!dry_run) this.#delete(this.#deleteExecution, batch);
      if (batch.length < BATCH) break;
      // Requests are answered between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
    pruned.sessions = sessions.length;
    if (!dry_run) this.#delete(this.#deleteSession, sessions);
    return pruned;
  }

  #delete(query: Query, rows: readonly { id: string }[]): void {
    this.#database.transaction(() => {
      for (const { id } of rows) query.run(id);
    })();
  }
}
