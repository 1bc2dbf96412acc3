import type { WireEvent, WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { CallUse } from '../../shared/ipc/call-messages.ts';
import { stopDeadline } from './live-run.ts';
import type { RunOutcome, RuntimeListener } from './runtime.ts';
import type { CallOwner } from './call-owner.ts';
import { useEvent } from './use-event.ts';

/** What goes on in a session between two runs. It becomes an execution with its first event. */
export class LiveBackground implements CallOwner {
  readonly #sessionId: string;
  readonly #limits: Limits;
  readonly #listener: RuntimeListener;
  #executionId: string | undefined;
  #eventsSeen = 0;
  /** Events of the daemon's own. */
  #notes = 0;
  hasEnded = false;
  /** After this its host is no longer waited for; on the clock of performance.now(). Timers may go on for ever. */
  deadline = Infinity;

  constructor(sessionId: string, limits: Limits, listener: RuntimeListener) {
    this.#sessionId = sessionId;
    this.#limits = limits;
    this.#listener = listener;
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
    const executionId = this.#begun();
    const runtimeEvents = events.map(([ts, type, payload]) => ({ ts, type, payload }));
    this.#listener.onEvents(executionId, runtimeEvents, () => {
      ack(seen);
    });
  }

  get isFull(): boolean {
    return this.#eventsSeen + this.#notes >= this.#limits.max_events - 1;
  }

  note(use: CallUse): void {
    this.#notes++;
    this.#listener.onEvents(this.#begun(), [useEvent(use)], () => undefined);
  }

  end(outcome: WireOutcome): void {
    this.hasEnded = true;
    if (this.#executionId !== undefined) this.#listener.endBackground(this.#executionId, outcome);
    this.#executionId = undefined;
  }

  /** A call that was cancelled with what made it has been noted afterwards: nothing follows that would end this. */
  noteAlone(use: CallUse): void {
    this.note(use);
    this.end({ status: 'ok', metrics: {} });
  }

  /** It was told to stop. */
  expectStop(): void {
    this.deadline = Math.min(this.deadline, stopDeadline());
  }

  #begun(): string {
    return (this.#executionId ??= this.#listener.beginBackground(this.#sessionId));
  }

  cancel(reason: string): void {
    const outcome: RunOutcome = { status: 'cancelled', error: { code: 'CANCELLED', message: reason }, metrics: {} };
    this.end(outcome);
  }
}
