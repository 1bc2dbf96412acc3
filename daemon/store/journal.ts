import type Database from 'better-sqlite3';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { BegunExecutions } from './begun-executions.ts';
import { CommitListeners } from './commit-listeners.ts';
import { CommitWaiters } from './commit-waiters.ts';
import { eventOperation, finishOperation, type EventOperation, type Operation } from './journal-operation.ts';
import { BATCH_OPERATIONS, JournalQueue, type Batch } from './journal-queue.ts';
import { JournalSchedule } from './journal-schedule.ts';
import { LostEvents } from './lost-events.ts';
import type { StagedOperation } from './staged-operations.ts';
import { Staging } from './staging.ts';
import { adviceFor, asStorageError } from './storage-failure.ts';
import type { ExecutionEnd, Journal } from './store.ts';

/**
 * Text that waits at most while the disk refuses, in characters, with what the operations count beside it. Hosts stop
 * when their events are not acknowledged, so that this is reached only by very many sessions at once.
 */
export const MAX_WAITING_SIZE = 64 * 1024 * 1024;

/** How long an operation waits for others when nobody waits for it; short beside what a person notices. */
const GATHER_MS = 5;

/** A batch of more than this is written where it belongs: that costs less than to write it twice (measured). */
const STAGED_OPERATIONS = 64;
const STAGED_SIZE = 32 * 1024;

/** How long what is staged waits for others that are filed with it, and how many of them do not wait. */
const FILING_MS = 100;
const FILING_OPERATIONS = 256;

/**
 * The journal in SQLite. Operations wait in memory (queued) and are committed in order, many in one transaction: a few as
 * one row of the table journal (staged), from which they go to their own tables soon after and before each read (filed);
 * many go to their own tables at once.
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
  readonly #staging: Staging;
  readonly #schedule = new JournalSchedule(GATHER_MS, () => {
    this.#commitScheduled();
  });
  readonly #filing = new JournalSchedule(FILING_MS, () => {
    this.#fileScheduled();
  });
  readonly #waiters = new CommitWaiters();
  readonly #listeners: CommitListeners;
  readonly #lost: LostEvents;
  readonly #onProblem: (problem: unknown) => void;
  /** Why the last commit failed. */
  #failure: VmError | undefined;
  #closed = false;

  /** `onProblem` is told what nobody waits for: failures of storage, of listeners, and operations that were given up. */
  constructor(database: Database.Database, onProblem: (problem: unknown) => void, maxWaitingSize = MAX_WAITING_SIZE) {
    this.#staging = new Staging(database);
    this.#onProblem = onProblem;
    this.#listeners = new CommitListeners(onProblem);
    this.#lost = new LostEvents(maxWaitingSize);
  }

  /** Files what a process left staged that was killed. To be called before anything is read. */
  recover(): void {
    this.#tell(this.#staging.recover());
  }

  /** Operations that wait for their commit. */
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
    this.#push(finishOperation(id, note?.end ?? end, this.#queue.insertOf(id)));
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
    this.#begun.releaseAll();
    while (this.#queue.length > 0) this.#commitBatch();
    return undefined;
  }

  onCommitted(listener: (events: readonly ExecutionEvent[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Commits everything that waits and files it, now. Throws STORAGE_UNAVAILABLE. */
  flush(): void {
    this.#begun.releaseAll();
    // Not staged, where it would be for a moment only.
    while (this.#queue.length > 0) this.#commitBatch(BATCH_OPERATIONS, false);
    this.#file();
  }

  /**
   * For reads: commits and files what waits if the disk lets it; what was filed before can be read in any case.
   * @returns what is committed and could not be filed
   */
  flushForRead(): readonly StagedOperation[] {
    if (this.#staging.length > 0 || this.length > 0) this.#tryFlush();
    return this.#staging.operations;
  }

  /** Commits what waits and takes no more. What the disk still refuses is lost, which `onProblem` is told. */
  close(): void {
    if (this.#closed) return;
    this.#tryFlush();
    this.#closed = true;
    this.#begun.close();
    this.#schedule.cancel();
    this.#filing.cancel();
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
    this.#reported(() => {
      if (this.#failure !== undefined) this.#file();
      if (this.#queue.length > 0) this.#commitBatch();
      if (this.#queue.length > 0) this.#schedule.soon();
    });
  }

  #fileScheduled(): void {
    this.#reported(() => {
      this.#file();
    });
  }

  /** Runs `work`, where nobody waits for it. */
  #reported(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error !== this.#failure) this.#onProblem(error);
    }
  }

  #commitBatch(limit = BATCH_OPERATIONS, mayStage = true): void {
    const batch = this.#queue.batch(limit);
    const { operations, from, to } = batch;
    try {
      if (mayStage && this.#canStage(batch)) this.#stage(batch);
      else this.#fileWith(batch);
    } catch (error) {
      if (adviceFor(error) !== undefined) throw this.#failed(error);
      if (to - from > 1) this.#commitOneByOne(to - from);
      else this.#giveUp(error, to);
      return;
    }
    this.#failure = undefined;
    this.#advance(to);
    this.#waiters.advance(to - from);
    this.#listeners.deliver(operations, from, to);
  }

  /** Few operations, which no table can refuse: nobody would be told once they are staged. Not while the disk refuses. */
  #canStage(batch: Batch): boolean {
    const { from, to, size } = batch;
    if (this.#failure !== undefined || to - from > STAGED_OPERATIONS || size > STAGED_SIZE) return false;
    return this.#queue.knowsAll(batch);
  }

  #stage({ operations, from, to }: Batch): void {
    this.#staging.stage(operations, from, to);
    if (this.#staging.length < FILING_OPERATIONS) this.#filing.later();
    else this.#filing.soon();
  }

  /** Commits the batch where it belongs, with what was staged before it. */
  #fileWith({ operations, from, to }: Batch): void {
    this.#tell(this.#staging.file(operations, from, to));
    this.#filing.rest();
  }

  /** What is staged, alone. Throws STORAGE_UNAVAILABLE; it stays staged then. */
  #file(): void {
    if (this.#staging.length === 0) return;
    try {
      this.#tell(this.#staging.file());
    } catch (error) {
      throw adviceFor(error) === undefined ? error : this.#failed(error);
    }
    this.#filing.rest();
    if (this.#queue.length === 0) this.#failure = undefined;
  }

  #tell(problems: readonly unknown[]): void {
    for (const problem of problems) this.#onProblem(problem);
  }

  #advance(to: number): void {
    this.#queue.advance(to);
    if (this.#queue.length === 0) this.#schedule.rest();
  }

  /** A batch that SQLite refused for what one of its operations says: the others are none the worse for it. */
  #commitOneByOne(count: number): void {
    for (let index = 0; index < count && this.#queue.length > 0; index++) this.#commitBatch(1, false);
  }

  #giveUp(error: unknown, to: number): void {
    this.#advance(to);
    this.#waiters.rejectAll(error);
    this.#waiters.advance(1);
    this.#onProblem(error);
  }

  #failed(error: unknown): VmError {
    const failure = asStorageError(error) as VmError;
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
