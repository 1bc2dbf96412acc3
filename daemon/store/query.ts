import type Database from 'better-sqlite3';
import { guarded } from './storage-failure.ts';

type Value = string | number | null;

/** A prepared statement whose storage failures are STORAGE_UNAVAILABLE. `Row` is what its columns are. */
export class Query<Row = never> {
  readonly #statement: Database.Statement<Value[], Row>;

  constructor(database: Database.Database, sql: string) {
    this.#statement = database.prepare<Value[], Row>(sql);
  }

  /** @returns how many rows it changed */
  run(...values: Value[]): number {
    return guarded(() => this.#statement.run(...values).changes);
  }

  get(...values: Value[]): Row | undefined {
    return guarded(() => this.#statement.get(...values));
  }

  all(...values: Value[]): Row[] {
    return guarded(() => this.#statement.all(...values));
  }
}
