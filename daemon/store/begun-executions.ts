import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { eventOperation, insertOperation, type EventOperation, type InsertOperation } from './journal-operation.ts';

/** So long an execution has only begun at most, before that is written; a line of a REPL has ended long before. */
const HELD_MS = 20;

type Begun = { insert: InsertOperation; first: EventOperation | undefined; since: number };

/**
 * Executions of which nothing is known but that they have begun. Written with every commit that others wait for, they
 * would all be written twice, once as running, as soon as there are several sessions. Nobody was told that they are stored.
 */
export class BegunExecutions {
  readonly #begun = new Map<string, Begun>();
  readonly #write: (operation: InsertOperation | EventOperation) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param write is given the operations of an execution, in order, when they are to be held no longer */
  constructor(write: (operation: InsertOperation | EventOperation) => void) {
    this.#write = write;
  }

  get length(): number {
    let length = 0;
    for (const { first } of this.#begun.values()) length += first === undefined ? 1 : 2;
    return length;
  }

  add(execution: Execution): void {
    this.#begun.set(execution.id, { insert: insertOperation(execution), first: undefined, since: performance.now() });
    this.#timer ??= setTimeout(this.#releaseOld, HELD_MS);
  }

  /** Takes the first event of an execution that is held. With the second one, nothing of it is held any more. */
  takes(event: ExecutionEvent): boolean {
    const begun = this.#begun.get(event.execution_id);
    if (begun === undefined) return false;
    if (begun.first === undefined) {
      begun.first = eventOperation(event);
      return true;
    }
    this.release(event.execution_id);
    return false;
  }

  release(id: string): void {
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    // At first: writing it may lead here again.
    this.#begun.delete(id);
    this.#write(begun.insert);
    if (begun.first !== undefined) this.#write(begun.first);
  }

  releaseAll(): void {
    for (const id of [...this.#begun.keys()]) this.release(id);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** One timer for all, set again while there are any. */
  readonly #releaseOld = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [id, { since }] of [...this.#begun]) {
      const left = since + HELD_MS - now;
      if (left < 1) this.release(id);
      else this.#timer ??= setTimeout(this.#releaseOld, left);
    }
  };
}
