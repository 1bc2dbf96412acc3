import type Database from 'better-sqlite3';
import type { Execution } from '../../shared/model/execution.ts';
import { orNull, toMs } from './columns.ts';
import type { EventOperation, FinishOperation, InsertOperation, Operation } from './journal-operation.ts';

/** Events that one statement inserts; from 1 to 32 the cost of an event halves, beyond that it stays (measured). */
const ROWS_PER_STATEMENT = 32;
const EVENT_COLUMNS = 5;
const EVENT_VALUES = '(?, ?, ?, ?, ?)';

type Value = string | number | null;

/** Writes operations of the journal, a range of them in one transaction. */
export class JournalWriter {
  readonly #database: Database.Database;
  readonly #begin: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  readonly #rollback: Database.Statement<[]>;
  readonly #insertExecution: Database.Statement<Value[]>;
  readonly #finishExecution: Database.Statement<Value[]>;
  readonly #insertEvent: Database.Statement<Value[]>;
  readonly #insertEvents: Database.Statement<[Value[]]>;
  /** Used again and again, so that binding a statement allocates nothing. */
  readonly #values = new Array<Value>(ROWS_PER_STATEMENT * EVENT_COLUMNS).fill(null);

  constructor(database: Database.Database) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#insertExecution = database.prepare(`INSERT INTO execution
      (id, session_id, kind, input, path, args, env, status, started_at, ended_at, result, error, metrics)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#finishExecution = database.prepare(
      'UPDATE execution SET status = ?, ended_at = ?, result = ?, error = ?, metrics = ? WHERE id = ?',
    );
    const insertEvents = 'INSERT INTO execution_event (execution_id, seq, ts, type, payload) VALUES';
    this.#insertEvent = database.prepare(`${insertEvents} ${EVENT_VALUES}`);
    const rows = new Array(ROWS_PER_STATEMENT).fill(EVENT_VALUES).join(', ');
    this.#insertEvents = database.prepare<[Value[]]>(`${insertEvents} ${rows}`);
  }

  /** Commits `operations[from]` up to, not including, `operations[to]`: all of them, or none and it throws. */
  write(operations: readonly Operation[], from: number, to: number): void {
    this.#begin.run();
    try {
      this.#writeAll(operations, from, to);
      this.#commit.run();
    } catch (error) {
      // For some failures SQLite has rolled back by itself.
      if (this.#database.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  #writeAll(operations: readonly Operation[], from: number, to: number): void {
    let index = from;
    while (index < to) {
      const operation = operations[index];
      if (operation?.kind === 'event') {
        index = this.#writeEvents(operations, index, to);
        continue;
      }
      if (operation?.kind === 'insert') this.#insert(operation);
      else if (operation?.kind === 'finish') this.#finish(operation);
      index++;
    }
  }

  /** Writes the run of events that starts at `from`; returns where it ends. */
  #writeEvents(operations: readonly Operation[], from: number, to: number): number {
    let filled = 0;
    let index = from;
    for (; index < to; index++) {
      const operation = operations[index];
      if (operation?.kind !== 'event') break;
      this.#bind(filled++, operation);
      if (filled < ROWS_PER_STATEMENT) continue;
      this.#insertEvents.run(this.#values);
      filled = 0;
    }
    for (let row = 0; row < filled; row++) this.#insertRow(row);
    return index;
  }

  #bind(row: number, { event, payload }: EventOperation): void {
    const values = this.#values;
    const at = row * EVENT_COLUMNS;
    values[at] = event.execution_id;
    values[at + 1] = event.seq;
    values[at + 2] = toMs(event.ts);
    values[at + 3] = event.type;
    values[at + 4] = payload;
  }

  #insertRow(row: number): void {
    const at = row * EVENT_COLUMNS;
    this.#insertEvent.run(...this.#values.slice(at, at + EVENT_COLUMNS));
  }

  #insert({ execution, end }: InsertOperation): void {
    const row: Execution = end === undefined ? execution : { ...execution, ...end };
    this.#insertExecution.run(
      row.id,
      row.session_id,
      row.kind,
      row.input ?? null,
      row.path ?? null,
      JSON.stringify(row.args),
      JSON.stringify(row.env),
      row.status,
      toMs(row.started_at),
      orNull(row.ended_at, toMs),
      orNull(row.result, JSON.stringify),
      orNull(row.error, JSON.stringify),
      JSON.stringify(row.metrics),
    );
  }

  #finish({ id, end, merged }: FinishOperation): void {
    if (merged) return;
    this.#finishExecution.run(
      end.status,
      toMs(end.ended_at),
      orNull(end.result, JSON.stringify),
      orNull(end.error, JSON.stringify),
      JSON.stringify(end.metrics),
      id,
    );
  }
}
