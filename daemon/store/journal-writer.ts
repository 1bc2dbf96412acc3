import type Database from 'better-sqlite3';
import { toMs } from './columns.ts';
import type { EventOperation, FinishOperation, InsertOperation, Operation } from './journal-operation.ts';
import {
  END_COLUMNS,
  endValues,
  EVENT_COLUMNS,
  EXECUTION_COLUMNS,
  executionValues,
  type StagedOperation,
  type Value,
} from './staged-operations.ts';
import { adviceFor } from './storage-failure.ts';

/** Events that one statement inserts; from 1 to 32 the cost of an event halves, beyond that it stays (measured). */
const ROWS_PER_STATEMENT = 32;
const EVENT_VALUES = '(?, ?, ?, ?, ?)';

/** Writes executions and their events into their tables. A transaction is the caller's affair. */
export class JournalWriter {
  readonly #insertExecution: Database.Statement<[readonly Value[]]>;
  readonly #finishExecution: Database.Statement<[readonly Value[]]>;
  readonly #insertEvent: Database.Statement<[readonly Value[]]>;
  readonly #insertEvents: Database.Statement<[readonly Value[]]>;
  /** Used again and again, so that binding a statement allocates nothing. */
  readonly #values = new Array<Value>(ROWS_PER_STATEMENT * EVENT_COLUMNS).fill(null);

  constructor(database: Database.Database) {
    this.#insertExecution = database.prepare(`INSERT INTO execution
      (id, session_id, kind, input, path, args, env, status, started_at, ended_at, result, error, metrics)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#finishExecution = database.prepare(
      'UPDATE execution SET status = ?, ended_at = ?, result = ?, error = ?, metrics = ? WHERE id = ?',
    );
    const insertEvents = 'INSERT INTO execution_event (execution_id, seq, ts, type, payload) VALUES';
    this.#insertEvent = database.prepare(`${insertEvents} ${EVENT_VALUES}`);
    const rows = new Array(ROWS_PER_STATEMENT).fill(EVENT_VALUES).join(', ');
    this.#insertEvents = database.prepare(`${insertEvents} ${rows}`);
  }

  /** Writes `operations[from]` up to, not including, `operations[to]`, in order. */
  write(operations: readonly Operation[], from: number, to: number): void {
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
    this.#insertEvent.run(this.#values.slice(at, at + EVENT_COLUMNS));
  }

  #insert({ execution, end }: InsertOperation): void {
    this.#insertExecution.run(executionValues(execution, end));
  }

  #finish({ id, end, merged }: FinishOperation): void {
    if (!merged) this.#finishExecution.run(endValues(id, end));
  }

  /**
   * Writes what was staged: executions, their events, then their ends, so that events share statements. What can never be
   * written, for what it says, is left out, and `refused` is given why.
   */
  file(staged: readonly StagedOperation[], refused: unknown[]): void {
    this.#fileEach(this.#insertExecution, of(EXECUTION_COLUMNS, staged), refused);
    this.#fileEvents(of(EVENT_COLUMNS, staged), refused);
    this.#fileEach(this.#finishExecution, of(END_COLUMNS, staged), refused);
  }

  #fileEvents(events: readonly StagedOperation[], refused: unknown[]): void {
    let index = 0;
    for (; index + ROWS_PER_STATEMENT <= events.length; index += ROWS_PER_STATEMENT) {
      const together = events.slice(index, index + ROWS_PER_STATEMENT);
      try {
        this.#insertEvents.run(together.flat());
      } catch (error) {
        requireRefusal(error);
        this.#fileEach(this.#insertEvent, together, refused);
      }
    }
    this.#fileEach(this.#insertEvent, events.slice(index), refused);
  }

  #fileEach(
    statement: Database.Statement<[readonly Value[]]>,
    staged: readonly StagedOperation[],
    refused: unknown[],
  ): void {
    for (const operation of staged) {
      try {
        statement.run(operation);
      } catch (error) {
        refused.push(requireRefusal(error));
      }
    }
  }
}

function of(columns: number, staged: readonly StagedOperation[]): StagedOperation[] {
  return staged.filter(({ length }) => length === columns);
}

/** `error`, when it is about what was to be written; a failure of the storage is thrown. */
function requireRefusal(error: unknown): unknown {
  if (adviceFor(error) !== undefined) throw error;
  return error;
}
