import type Database from 'better-sqlite3';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { BegunExecutions } from './begun-executions.ts';
import { CommitListeners } from './commit-listeners.ts';
import { CommitWaiters } from './commit-waiters.ts';
import { eventOperation, finishOperation, type EventOperation, type Operation } from './journal-operation.ts';
import { BATCH_OPERATIONS, JournalQueue } from './journal-queue.ts';
import { JournalSchedule } from './journal-schedule.ts';
import { JournalWriter } from './journal-writer.ts';
import { LostEvents } from './lost-events.ts';
import { adviceFor, asStorageError } from './storage-failure.ts';
import type { ExecutionEnd, Journal } from './store.ts';

/**
 * Text that waits at most while the disk refuses, in characters, with what the operations count beside it. Hosts stop
 * when their events are not acknowledged, so that this is reached only by very many sessions at once.
 */
export const MAX_WAITING_SIZE = 64 * 1024 * 1024;

/**
 * The journal in SQLite: operations wait in memory and are committed in order, many in one transaction.
 *
 * When the disk refuses, what waits keeps waiting and is tried again every second and at each `committed()`. Meanwhile
 * new executions are refused, ends are always taken, and events up to MAX_WAITING_SIZE; beyond it, an execution loses
 * the events from there on, which its last event then says. Nothing that was acknowledged is ever lost.
 */
export class SqliteJournal implements Journal {
  readonly #queue = new JournalQueue();
  readonly #begun = new BegunExecutions((operation) => {
    if (operation.kind === 'event') this.#append(operation);
    else this.#push(operation);
  });
  readonly #writer: JournalWriter;
  readonly #schedule: JournalSchedule;
  readonly #waiters = new CommitWaiters();
  readonly #listeners: CommitListeners;
  readonly #lost: LostEvents;
  readonly #onProblem: (problem: unknown) => void;
  /** Why the last commit failed. */
  #failure: VmError | undefined;
  #closed = false;

  /** `onProblem` is told what nobody waits for: failures of storage, of listeners, and operations that were given up. */
  constructor(database: Database.Database, onProblem: (problem: unknown) => void, maxWaitingSize = MAX_WAITING_SIZE) {
    this.#writer = new JournalWriter(database);
    this.#schedule = new JournalSchedule(() => {
      this.#commitScheduled();
    });
    this.#onProblem = onProblem;
    this.#listeners = new CommitListeners(onProblem);
    this.#lost = new LostEvents(maxWaitingSize);
  }

  /** Operations that wait. */
  get length(): number {
    return this.#queue.length + this.#begun.length;
  }

  insertExecution(execution: Execution): void {
    if (this.#closed) throw closedError();
    // No code runs whose outcome could not be kept.
    if (this.#failure !== undefined) this.flush();
    this.#begun.add(execution);
  }

  appendEvents(events: readonly ExecutionEvent[]): void {
    if (this.#closed) return;
    for (const event of events) {
      if (!this.#begun.takes(event)) this.#append(eventOperation(event));
    }
  }

  finishExecution(id: string, end: ExecutionEnd): void {
    if (this.#closed) return;
    this.#begun.release(id);
    const note = this.#lost.note(id, end);
    if (note !== undefined) this.#push(eventOperation(note.event));
    this.#push(finishOperation(id, note?.end ?? end, this.#queue.waitingInsert(id)));
  }

  committed(): Promise<void> {
    this.#begun.releaseAll();
    return this.committedEnds();
  }

  committedEnds(): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#queue.length === 0) return Promise.resolve();
    this.#schedule.soon();
    return this.#waiters.wait(this.#queue.length);
  }

  committedAlone(): Promise<void> | undefined {
    // A long queue is committed in batches, with turns of the event loop in between.
    if (this.#closed || this.#queue.length > BATCH_OPERATIONS) return this.committedEnds();
    this.flush();
    return undefined;
  }

  onCommitted(listener: (events: readonly ExecutionEvent[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Commits everything that waits, now. Throws STORAGE_UNAVAILABLE. */
  flush(): void {
    this.#begun.releaseAll();
    while (this.#queue.length > 0) this.#commitBatch();
  }

  /** For reads: commits what waits if the disk lets it; what was committed before can be read in any case. */
  flushForRead(): void {
    if (this.length > 0) this.#tryFlush();
  }

  /** Commits what waits and takes no more. What the disk still refuses is lost, which `onProblem` is told. */
  close(): void {
    if (this.#closed) return;
    this.#tryFlush();
    this.#closed = true;
    this.#begun.close();
    this.#schedule.cancel();
    if (this.#queue.length === 0) return;
    this.#waiters.rejectAll(closedError());
    this.#onProblem(new Error(`${this.#queue.length} writes that waited for the disk were lost at the end.`));
  }

  #append(operation: EventOperation): void {
    // A burst within one turn is no failing disk: it is committed on the spot.
    const isFull = this.#queue.size + operation.size > this.#lost.limit;
    if (isFull && this.#failure === undefined) this.#tryFlush();
    if (this.#lost.keep(operation, this.#queue.size)) this.#push(operation);
  }

  #push(operation: Operation): void {
    this.#queue.push(operation);
    if (this.#failure !== undefined) this.#schedule.retry();
    else if (this.#queue.length >= BATCH_OPERATIONS) this.#schedule.soon();
    else this.#schedule.later();
  }

  #tryFlush(): void {
    try {
      this.flush();
    } catch (error) {
      if (error !== this.#failure) throw error;
    }
  }

  /** One batch; what is left waits for the next turn of the event loop, so that others have theirs. */
  #commitScheduled(): void {
    try {
      if (this.#queue.length > 0) this.#commitBatch();
      if (this.#queue.length > 0) this.#schedule.soon();
    } catch (error) {
      if (error !== this.#failure) this.#onProblem(error);
    }
  }

  #commitBatch(limit = BATCH_OPERATIONS): void {
    const { operations, from, to } = this.#queue.batch(limit);
    try {
      this.#writer.write(operations, from, to);
    } catch (error) {
      if (adviceFor(error) !== undefined) throw this.#failed(asStorageError(error) as VmError);
      if (to - from > 1) this.#commitOneByOne(to - from);
      else this.#giveUp(error, to);
      return;
    }
    this.#failure = undefined;
    this.#advance(to);
    this.#waiters.advance(to - from);
    this.#listeners.deliver(operations, from, to);
  }

  #advance(to: number): void {
    this.#queue.advance(to);
    if (this.#queue.length === 0) this.#schedule.rest();
  }

  /** A batch that SQLite refused for what one of its operations says: the others are none the worse for it. */
  #commitOneByOne(count: number): void {
    for (let index = 0; index < count && this.#queue.length > 0; index++) this.#commitBatch(1);
  }

  #giveUp(error: unknown, to: number): void {
    this.#advance(to);
    this.#waiters.rejectAll(error);
    this.#waiters.advance(1);
    this.#onProblem(error);
  }

  #failed(failure: VmError): VmError {
    if (this.#failure === undefined) this.#onProblem(failure);
    this.#failure = failure;
    this.#waiters.rejectAll(failure);
    this.#schedule.retry();
    return failure;
  }
}

function closedError(): VmError {
  return new VmError('SHUTTING_DOWN', 'The daemon is stopping; start it again and retry.');
}
