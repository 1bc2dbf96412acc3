import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { EventOperation } from './journal-operation.ts';
import type { ExecutionEnd } from './store.ts';

/** Executions that lost events because too much waited for a full disk: all from one on, so that no gap arises. */
export class LostEvents {
  /** What may wait, in the sizes of operations. */
  readonly limit: number;
  readonly #executions = new Map<string, { firstSeq: number; count: number }>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether the event is kept when this much waits already. None is, once one of its execution was lost. */
  keep({ event, size }: EventOperation, waitingSize: number): boolean {
    const lost = this.#executions.get(event.execution_id);
    if (lost !== undefined) lost.count++;
    else if (waitingSize + size > this.limit) {
      this.#executions.set(event.execution_id, { firstSeq: event.seq, count: 1 });
    } else return true;
    return false;
  }

  /** The event that stands for those that were lost, and the end of the execution with the right count of events. */
  note(execution_id: string, end: ExecutionEnd): { event: ExecutionEvent; end: ExecutionEnd } | undefined {
    const lost = this.#executions.get(execution_id);
    if (lost === undefined) return undefined;
    this.#executions.delete(execution_id);
    const { firstSeq: seq, count } = lost;
    const message = `${count} events were lost here: the database could not be written for too long`;
    const payload = { message, code: 'STORAGE_UNAVAILABLE', lost_events: count };
    const event: ExecutionEvent = { execution_id, seq, ts: end.ended_at, type: 'system', payload };
    return { event, end: { ...end, metrics: { ...end.metrics, event_count: seq } } };
  }
}
