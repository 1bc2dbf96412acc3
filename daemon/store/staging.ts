import type Database from 'better-sqlite3';
import type { Operation } from './journal-operation.ts';
import { JournalWriter } from './journal-writer.ts';
import { readStaged, stagedOperations, type StagedOperation } from './staged-operations.ts';

type Row = { id: number; operations: string };

/**
 * What is committed and not filed: rows of the table journal, and the same operations in memory. A commit of few operations
 * is one insert here; filing moves all there is to the tables where it belongs, for many such commits in one transaction.
 */
export class Staging {
  readonly #insert: Database.Statement<[string]>;
  readonly #fileAndWrite: Database.Transaction<
    (refused: unknown[], operations: readonly Operation[], from: number, to: number) => void
  >;
  readonly #recover: Database.Transaction<(problems: unknown[]) => void>;
  #staged: StagedOperation[] = [];

  constructor(database: Database.Database) {
    const writer = new JournalWriter(database);
    const clear = database.prepare('DELETE FROM journal');
    const rows = database.prepare<[], Row>('SELECT id, operations FROM journal ORDER BY id');
    this.#insert = database.prepare('INSERT INTO journal (operations) VALUES (?)');
    this.#fileAndWrite = database.transaction((refused, operations, from, to) => {
      // At first: what follows can use the pages that this frees, also when the disk has no others.
      if (this.#staged.length > 0) clear.run();
      writer.file(this.#staged, refused);
      writer.write(operations, from, to);
    });
    this.#recover = database.transaction((problems) => {
      const staged = rows.all().flatMap((row) => operationsOf(row, problems));
      clear.run();
      writer.file(staged, problems);
    });
  }

  /** How many operations are committed and not filed. */
  get length(): number {
    return this.#staged.length;
  }

  /** Those operations, in order. */
  get operations(): readonly StagedOperation[] {
    return this.#staged;
  }

  /** Commits `operations[from]` up to, not including, `operations[to]` as one row: all of them, or none and it throws. */
  stage(operations: readonly Operation[], from: number, to: number): void {
    const staged = stagedOperations(operations, from, to);
    this.#insert.run(JSON.stringify(staged));
    for (const operation of staged) this.#staged.push(operation);
  }

  /**
   * Files what is staged, and commits `operations[from]` up to, not including, `operations[to]` with it: all, or nothing is
   * changed and it throws. What is staged and can never be filed, for what it says, is left out.
   * @returns why, for each of those
   */
  file(operations: readonly Operation[] = [], from = 0, to = 0): readonly unknown[] {
    const refused: unknown[] = [];
    this.#fileAndWrite.immediate(refused, operations, from, to);
    this.#staged = [];
    return refused;
  }

  /** Files what a process left that was killed. Returns what was left out, and why. */
  recover(): readonly unknown[] {
    const problems: unknown[] = [];
    this.#recover.immediate(problems);
    return problems;
  }
}

function operationsOf({ id, operations }: Row, problems: unknown[]): StagedOperation[] {
  try {
    return readStaged(operations);
  } catch (error) {
    problems.push(new Error(`Row ${id} of the table journal is damaged, and was left out.`, { cause: error }));
    return [];
  }
}
