import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { ExecutionEnd } from './store.ts';

/** One write that waits for its commit. `size` is what it takes in memory and in the database, in characters. */
export type Operation = InsertOperation | EventOperation | FinishOperation;

export type InsertOperation = {
  readonly kind: 'insert';
  readonly execution: Execution;
  readonly size: number;
  /** Set when the end is written in the same transaction: then one insert does both. */
  end: ExecutionEnd | undefined;
  /** Number of the batch that it was last put in. */
  batch: number;
};

export type EventOperation = {
  readonly kind: 'event';
  readonly event: ExecutionEvent;
  /** The payload as JSON, made once. */
  readonly payload: string;
  readonly size: number;
};

export type FinishOperation = {
  readonly kind: 'finish';
  readonly id: string;
  readonly end: ExecutionEnd;
  readonly size: number;
  /** The insert of the same execution, which the end may share a commit with. */
  readonly insert: InsertOperation | undefined;
  /** Whether the insert of this batch writes the end as well. */
  merged: boolean;
};

/** What an operation counts beside its text: its object, ids and numbers. */
export const OPERATION_OVERHEAD = 200;

export function insertOperation(execution: Execution): InsertOperation {
  const size = OPERATION_OVERHEAD + (execution.input?.length ?? 0);
  return { kind: 'insert', execution, size, end: undefined, batch: 0 };
}

export function eventOperation(event: ExecutionEvent): EventOperation {
  const payload = JSON.stringify(event.payload);
  return { kind: 'event', event, payload, size: OPERATION_OVERHEAD + payload.length };
}

export function finishOperation(id: string, end: ExecutionEnd, insert: InsertOperation | undefined): FinishOperation {
  return { kind: 'finish', id, end, size: OPERATION_OVERHEAD, insert, merged: false };
}
