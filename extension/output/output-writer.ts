import type * as vscode from 'vscode';
import type { Execution } from '../../shared/model/execution.ts';
import type { SessionFollower, EventBatch } from '../events/session-follower.ts';
import type { LiveState } from '../live-state.ts';
import { revealOutput } from '../settings.ts';
import { formatEnd, formatEvent, formatHeader } from './format-event.ts';

/** Ends that were told before the events; those of sessions that nobody follows are pushed out by later ones. */
const REMEMBERED_ENDS = 500;

/** Writes what the sessions of this window do into the output channel, as it happens. */
export class OutputWriter implements vscode.Disposable {
  readonly #channel: () => vscode.OutputChannel;
  readonly #state: LiveState;
  readonly #subscriptions: vscode.Disposable[];
  /** Last event that was written, of executions whose end was not. */
  readonly #written = new Map<string, number>();
  readonly #ends = new Map<string, Execution>();
  /** Whose lines stand last in the channel. */
  #last: string | undefined;

  constructor(channel: () => vscode.OutputChannel, state: LiveState, follower: SessionFollower) {
    this.#channel = channel;
    this.#state = state;
    this.#subscriptions = [
      follower.onHistory((executions) => {
        for (const execution of executions) this.#ended(execution);
      }),
      follower.onEvents((batch) => {
        this.#write(batch);
      }),
      state.onDidChange((change) => {
        if (change.kind === 'execution') this.#ended(change.execution);
      }),
    ];
  }

  /** Shows the channel without taking the focus. */
  show(): void {
    this.#channel().show(true);
  }

  /** Writes something that is no event. */
  note(text: string): void {
    this.#last = undefined;
    this.#channel().append(`${text}\n`);
  }

  /** Code is about to run on behalf of the user. */
  runStarts(): void {
    if (revealOutput() === 'onRun') this.show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #write({ session_id, execution_id, events }: EventBatch): void {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return;
    const header = this.#last === execution_id ? '' : formatHeader(session_id, first);
    this.#last = execution_id;
    this.#channel().append(header + events.map(formatEvent).join(''));
    this.#written.set(execution_id, last.seq);
    this.#closeIfWhole(execution_id);
  }

  /** The end of an execution is told on another way than its events, and may be here before them. */
  #ended(execution: Execution): void {
    if (execution.status === 'running') return;
    this.#ends.set(execution.id, execution);
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > REMEMBERED_ENDS && oldest !== undefined) this.#ends.delete(oldest);
    this.#closeIfWhole(execution.id);
  }

  #closeIfWhole(id: string): void {
    const ended = this.#ends.get(id);
    const seq = this.#written.get(id);
    if (ended === undefined || seq === undefined || seq < (ended.metrics.event_count ?? 0)) return;
    this.#ends.delete(id);
    this.#written.delete(id);
    if (ended.kind !== 'system') this.#channel().append(formatEnd(ended, this.#state.templateNameOf(ended.session_id)));
    if (ended.status !== 'ok' && ended.status !== 'cancelled' && revealOutput() === 'onError') this.show();
  }
}
