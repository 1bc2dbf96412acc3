import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { ExecutionStore, Journal } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { LiveSessions } from './live-sessions.ts';

/** Events that a follower is given at once; what a slow reader holds in memory is bounded by it. */
const BATCH = 500;

/** How far a follower of a session has read: events up to this one are known to it. */
export type SessionCursor = { execution_id: string; seq: number };

/**
 * Follows executions and sessions: first what is stored, then what is being committed, each event once and in order.
 * A follower is a cursor into the store and nothing else, so that a slow one costs no memory and delays nobody.
 */
export class EventStreams {
  readonly #executions: ExecutionStore;
  readonly #sessions: LiveSessions;
  readonly #wakeUps = new Map<string, Set<() => void>>();

  constructor(executions: ExecutionStore, journal: Journal, sessions: LiveSessions, changes: ChangeFeed) {
    this.#executions = executions;
    this.#sessions = sessions;
    journal.onCommitted((events) => {
      if (this.#wakeUps.size === 0) return;
      for (const id of new Set(events.map((event) => event.execution_id))) this.#wake(id);
    });
    changes.subscribe((change) => {
      if (change.kind === 'session') this.#wake(change.session.id);
      if (change.kind !== 'execution') return;
      this.#wake(change.execution.id);
      this.#wake(change.execution.session_id);
    });
  }

  /** Batches of events after `after_seq`, until the execution has ended or `signal` aborts. The execution must exist. */
  async *followExecution(id: string, after_seq: number, signal: AbortSignal): AsyncGenerator<ExecutionEvent[], void> {
    let cursor = after_seq;
    while (!signal.aborted) {
      const ended = this.#executions.get(id)?.status !== 'running';
      const events = this.#executions.events(id, { after_seq: cursor, limit: BATCH });
      const last = events.at(-1);
      if (last !== undefined) {
        cursor = last.seq;
        yield events;
      } else if (ended) {
        return;
      } else {
        await this.#change(id, signal);
      }
    }
  }

  /**
   * Batches of events of one execution after another, those after the cursor, until the session has ended or `signal`
   * aborts. Executions of a session follow each other and their ids sort by time, so a cursor is one event.
   */
  async *followSession(
    id: string,
    cursor: SessionCursor | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ExecutionEvent[], void> {
    let after_id = '';
    if (cursor !== undefined && this.#executions.get(cursor.execution_id)?.session_id === id) {
      after_id = cursor.execution_id;
      yield* this.followExecution(cursor.execution_id, cursor.seq, signal);
    }
    while (!signal.aborted) {
      const alive = this.#sessions.get(id) !== undefined;
      const next: Execution | undefined = this.#executions.following({ session_id: id, after_id, limit: 1 })[0];
      if (next !== undefined) {
        after_id = next.id;
        yield* this.followExecution(next.id, 0, signal);
      } else if (alive) {
        await this.#change(id, signal);
      } else {
        return;
      }
    }
  }

  #change(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#wakeUps.get(id) ?? new Set();
      this.#wakeUps.set(id, waiting);
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#wakeUps.get(id) === waiting) this.#wakeUps.delete(id);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #wake(id: string): void {
    for (const wake of [...(this.#wakeUps.get(id) ?? [])]) wake();
  }
}
