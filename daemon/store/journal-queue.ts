import type { InsertOperation, Operation } from './journal-operation.ts';

/** Operations that one transaction holds at most: about 2 ms of work (measured), for which the daemon stands still. */
export const BATCH_OPERATIONS = 1000;

/** Text that one transaction holds at most, for the same reason; one larger operation is a batch of its own. */
const BATCH_SIZE = 256 * 1024;

/** `operations[from]` up to, not including, `operations[to]`, and the sum of their sizes. */
export type Batch = { readonly operations: readonly Operation[]; from: number; to: number; size: number };

/** The operations that wait, in order, and how they are cut into batches. */
export class JournalQueue {
  /** Those before `#head` are done. */
  #operations: Operation[] = [];
  #head = 0;
  #size = 0;
  #batch = 0;
  /** Of executions whose end is not done. */
  readonly #inserts = new Map<string, InsertOperation>();

  get length(): number {
    return this.#operations.length - this.#head;
  }

  /** Sum of the sizes of the operations, in characters. */
  get size(): number {
    return this.#size;
  }

  push(operation: Operation): void {
    this.#operations.push(operation);
    this.#size += operation.size;
    if (operation.kind === 'insert') this.#inserts.set(operation.execution.id, operation);
  }

  /** The insert of this execution, if it waits or its end does. */
  insertOf(executionId: string): InsertOperation | undefined {
    return this.#inserts.get(executionId);
  }

  /** Whether all of a batch is about executions that came through here: then nothing that it says can be refused. */
  knowsAll({ operations, from, to }: Batch): boolean {
    for (let index = from; index < to; index++) {
      const operation = operations[index];
      if (operation?.kind === 'event' && !this.#inserts.has(operation.event.execution_id)) return false;
      if (operation?.kind === 'finish' && !this.#inserts.has(operation.id)) return false;
    }
    return true;
  }

  /**
   * The next batch, of at most `limit` operations.
   * An execution that begins and ends in it is written once: its insert is given the end, its finish is merged.
   */
  batch(limit: number): Batch {
    const operations = this.#operations;
    const from = this.#head;
    const last = Math.min(operations.length, from + limit);
    const batch = ++this.#batch;
    let size = 0;
    let to = from;
    for (; to < last; to++) {
      const operation = operations[to];
      if (operation === undefined) break;
      if (size + operation.size > BATCH_SIZE && to > from) break;
      size += operation.size;
      mergeInBatch(operation, batch);
    }
    return { operations, from, to, size };
  }

  /** Takes away the operations before `to`: they are committed, or given up. */
  advance(to: number): void {
    for (let index = this.#head; index < to; index++) {
      const operation = this.#operations[index];
      if (operation === undefined) break;
      this.#size -= operation.size;
      if (operation.kind === 'finish') this.#inserts.delete(operation.id);
    }
    this.#head = to;
    if (this.#head === this.#operations.length) this.#restart([]);
    // What is done is let go of when it is most of the list: each operation is moved once at most, on average.
    else if (this.#head > this.#operations.length / 2) this.#restart(this.#operations.slice(this.#head));
  }

  #restart(operations: Operation[]): void {
    this.#operations = operations;
    this.#head = 0;
  }
}

function mergeInBatch(operation: Operation, batch: number): void {
  if (operation.kind === 'insert') {
    operation.batch = batch;
    operation.end = undefined;
  } else if (operation.kind === 'finish') {
    const { insert } = operation;
    operation.merged = insert?.batch === batch;
    if (insert !== undefined && operation.merged) insert.end = operation.end;
  }
}
