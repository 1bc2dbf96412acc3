import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Operation } from './journal-operation.ts';

type Listener = (events: readonly ExecutionEvent[]) => void;

/** Those who are told of committed events. */
export class CommitListeners {
  readonly #listeners = new Set<Listener>();
  readonly #onProblem: (problem: unknown) => void;
  readonly #outbox: ExecutionEvent[][] = [];
  #delivering = false;

  constructor(onProblem: (problem: unknown) => void) {
    this.#onProblem = onProblem;
  }

  add(listener: Listener): () => void {
    // A function of its own, so that one listener can be added twice and removed once.
    const entry: Listener = (events) => {
      listener(events);
    };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /**
   * Tells of the events among `operations[from]` up to, not including, `operations[to]`. A listener that reads from the
   * store can bring about the next commit; that one is told of when everyone knows of this one, so that order holds.
   */
  deliver(operations: readonly Operation[], from: number, to: number): void {
    if (this.#listeners.size === 0) return;
    const events = eventsOf(operations, from, to);
    if (events.length === 0) return;
    this.#outbox.push(events);
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#outbox.shift(); next !== undefined; next = this.#outbox.shift()) this.#tellAll(next);
    this.#delivering = false;
  }

  #tellAll(events: readonly ExecutionEvent[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.#onProblem(error);
      }
    }
  }
}

function eventsOf(operations: readonly Operation[], from: number, to: number): ExecutionEvent[] {
  const events: ExecutionEvent[] = [];
  for (let index = from; index < to; index++) {
    const operation = operations[index];
    if (operation?.kind === 'event') events.push(operation.event);
  }
  return events;
}
