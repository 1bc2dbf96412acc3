import { chmodSync, rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { Pruner } from './prune.ts';
import { asStorageError } from './storage-failure.ts';
import type { Maintenance, Pruned, PruneOptions } from './store.ts';

/** What keeps a database small and safe while it is in use. */
export class SqliteMaintenance implements Maintenance {
  readonly #database: Database.Database;
  readonly #flush: () => void;
  readonly #pruner: Pruner;

  constructor(database: Database.Database, flush: () => void) {
    this.#database = database;
    this.#flush = flush;
    this.#pruner = new Pruner(database);
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

  async prune(options: PruneOptions): Promise<Pruned> {
    this.#flush();
    return this.#pruner.prune(options);
  }
}
