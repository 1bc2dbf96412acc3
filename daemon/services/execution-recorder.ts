import type { EventPayload, EventType, ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { RunOutcome, RuntimeEvent } from '../runtime/runtime.ts';
import type { ExecutionStore, Journal } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { momentOf, timestamp } from './clock.ts';

/** Up to this many events are kept in memory for the answer; a longer list is read back from the store. */
const KEPT_EVENTS = 2_000;

type Recording = {
  seq: number;
  kept: ExecutionEvent[] | undefined;
  /** Batches that are not durable yet, by their last seq. */
  waiting: { seq: number; stored: () => void }[];
};

/** Numbers the events of running executions and hands them to the journal. */
export class ExecutionRecorder {
  readonly #journal: Journal;
  readonly #executions: ExecutionStore;
  readonly #recordings = new Map<string, Recording>();

  readonly #changes: ChangeFeed;

  constructor(journal: Journal, executions: ExecutionStore, changes: ChangeFeed) {
    this.#journal = journal;
    this.#changes = changes;
    this.#executions = executions;
    journal.onCommitted((events) => {
      this.#acknowledge(events);
    });
  }

  /** The execution exists from here on, as `running`. Throws STORAGE_UNAVAILABLE: then no code of it may run. */
  begin(execution: Execution): void {
    this.#recordings.set(execution.id, { seq: 0, kept: [], waiting: [] });
    this.#journal.insertExecution(execution);
  }

  /**
   * Tells what has begun, before any event of its own: event 1, for most the echo of their input. Apart from `begin`, for
   * the moment when the code is on its way to its host already.
   */
  announce(execution: Execution): void {
    this.#changes.publish({ kind: 'execution', execution });
    this.#append(execution.id, [firstEvent(execution)]);
  }

  /** Events from the runtime; `stored` is called when they are durable. Those of an ended execution are dropped. */
  onEvents(executionId: string, events: readonly RuntimeEvent[], stored: () => void): void {
    this.#append(executionId, events);
    // When the disk refuses, the host is not let go on until it takes them; the end of the execution reports why.
    const recording = this.#recordings.get(executionId);
    recording?.waiting.push({ seq: recording.seq, stored });
  }

  /** Resolves when everything so far is durable. Rejects with STORAGE_UNAVAILABLE. */
  durable(): Promise<void> {
    return this.#journal.committed();
  }

  /** One more event, made by the daemon itself. */
  note(executionId: string, type: EventType, payload: EventPayload): void {
    this.#append(executionId, [{ ts: Date.now(), type, payload }]);
  }

  /**
   * Finalises the execution and resolves when all of it is durable. Rejects with STORAGE_UNAVAILABLE.
   * @returns the finished execution and all its events
   */
  async end(running: Execution, outcome: RunOutcome): Promise<{ execution: Execution; events: ExecutionEvent[] }> {
    const recording = this.#recordings.get(running.id);
    this.#recordings.delete(running.id);
    const metrics = { ...outcome.metrics, event_count: recording?.seq ?? 0 };
    const end = { ...outcome, ended_at: timestamp(), metrics };
    this.#journal.finishExecution(running.id, end);
    // Waiting for the end of the turn pays only where another execution may end in it.
    const committing = this.#recordings.size === 0 ? this.#journal.committedAlone() : this.#journal.committedEnds();
    if (committing !== undefined) await committing;
    const execution = { ...running, ...end };
    this.#changes.publish({ kind: 'execution', execution });
    return { execution, events: recording?.kept ?? this.#readBack(running.id) };
  }

  #acknowledge(events: readonly ExecutionEvent[]): void {
    if (this.#recordings.size === 0) return;
    for (const { execution_id, seq } of events) {
      const waiting = this.#recordings.get(execution_id)?.waiting ?? [];
      while (waiting[0] !== undefined && waiting[0].seq <= seq) waiting.shift()?.stored();
    }
  }

  #append(executionId: string, events: readonly RuntimeEvent[]): void {
    const recording = this.#recordings.get(executionId);
    if (recording === undefined || events.length === 0) return;
    const numbered = events.map(({ ts, type, payload }) => ({
      execution_id: executionId,
      seq: ++recording.seq,
      ts: timestamp(ts),
      type,
      payload,
    }));
    this.#journal.appendEvents(numbered);
    if (recording.seq > KEPT_EVENTS) recording.kept = undefined;
    else recording.kept?.push(...numbered);
  }

  #readBack(executionId: string): ExecutionEvent[] {
    return this.#executions.events(executionId, { after_seq: 0, limit: Number.MAX_SAFE_INTEGER });
  }
}

function firstEvent({ kind, input, path, started_at }: Execution): RuntimeEvent {
  const ts = momentOf(started_at);
  if (kind === 'system') return { ts, type: 'system', payload: { message: 'earlier executions left timers behind' } };
  return { ts, type: 'input_echo', payload: { text: input ?? path ?? '' } };
}
