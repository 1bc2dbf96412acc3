import { STOP_GRACE_MS, type WireEvent, type WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { CallUse } from '../../shared/ipc/call-messages.ts';
import type { RunOutcome, RuntimeListener } from './runtime.ts';
import type { CallOwner } from './call-owner.ts';
import { useEvent } from './use-event.ts';

/** What a host may take beyond the guest's own time to stop: its process may have to wait for a processor. */
const REPORT_SLACK_MS = 1000;

/** When what was told to stop just now has to have stopped, on the clock of performance.now(). */
export function stopDeadline(): number {
  return performance.now() + STOP_GRACE_MS + REPORT_SLACK_MS;
}

/** A run as the daemon sees it: its events, its end, and the moment after which its host is no longer waited for. */
export class LiveRun implements CallOwner {
  readonly executionId: string;
  readonly ended: Promise<RunOutcome>;
  /** On the clock of performance.now(). */
  deadline: number;
  /** When set, the run ends as cancelled, for this reason, whatever the host says. */
  cancelReason: string | undefined;
  /** Somebody asked for its end. */
  isStopExpected = false;
  readonly #limits: Limits;
  readonly #listener: RuntimeListener;
  readonly #resolve: (outcome: RunOutcome) => void;
  #eventsSeen = 0;
  /** Events of the daemon's own. */
  #notes = 0;
  hasEnded = false;

  constructor(execution_id: string, limits: Limits, listener: RuntimeListener) {
    const { promise, resolve } = Promise.withResolvers<RunOutcome>();
    this.executionId = execution_id;
    this.ended = promise;
    this.#resolve = resolve;
    this.#limits = limits;
    this.#listener = listener;
    this.deadline = stopDeadline() + limits.wall_ms;
  }

  get wallMs(): number {
    return this.#limits.wall_ms;
  }

  /** The guest was told to stop: from now on only that may still take its time. */
  expectStop(): void {
    this.isStopExpected = true;
    this.deadline = Math.min(this.deadline, stopDeadline());
  }

  /**
   * Hands events on. `ack` is called with the number of events so far once these are durable.
   * Throws RangeError when the host sends more than the limits allow, which it would not by itself.
   */
  emit(events: readonly WireEvent[], ack: (events: number) => void): void {
    if (events.length === 0) return;
    this.#eventsSeen += events.length;
    if (this.#eventsSeen >= this.#limits.max_events) throw new RangeError('more events than max_events');
    const seen = this.#eventsSeen;
    const runtimeEvents = events.map(([ts, type, payload]) => ({ ts, type, payload }));
    this.#listener.onEvents(this.executionId, runtimeEvents, () => {
      ack(seen);
    });
  }

  get isFull(): boolean {
    return this.#eventsSeen + this.#notes >= this.#limits.max_events - 1;
  }

  note(use: CallUse): void {
    this.#notes++;
    this.#listener.onEvents(this.executionId, [useEvent(use)], () => undefined);
  }

  end(outcome: WireOutcome): void {
    this.hasEnded = true;
    this.#resolve(
      this.cancelReason === undefined ? outcome : { ...cancelledFor(this.cancelReason), metrics: outcome.metrics },
    );
  }
}

function cancelledFor(reason: string): Omit<RunOutcome, 'metrics'> {
  return { status: 'cancelled', error: { code: 'CANCELLED', message: reason } };
}
