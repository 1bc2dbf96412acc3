import * as vscode from 'vscode';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { isHere, type ActiveSessions } from '../active-sessions.ts';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import { isAlive, type LiveState } from '../live-state.ts';

/** Executions that are told again when a window opens: enough to see what happened while it was reloading. */
const HISTORY = 10;

type Cursor = { execution_id: string; seq: number };
type Follow = { started: Promise<void> };

/** Events of one execution, in order, each of them once in the life of the window. */
export type EventBatch = { session_id: string; execution_id: string; events: readonly ExecutionEvent[] };

/**
 * Follows the sessions of this window's folders, from some executions ago. When the connection is lost it goes on where it
 * was: the daemon has the events, and the cursor is here.
 */
export class SessionFollower implements vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #state: LiveState;
  readonly #active: ActiveSessions;
  readonly #events = new vscode.EventEmitter<EventBatch>();
  readonly #executions = new vscode.EventEmitter<readonly Execution[]>();
  readonly #follows = new Map<string, Follow>();
  readonly #cursors = new Map<string, Cursor>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onEvents = this.#events.event;
  /** Executions whose events are about to come, newest first; those that start later are told by the daemon's notifications. */
  readonly onHistory = this.#executions.event;

  constructor(client: DaemonClient, state: LiveState, active: ActiveSessions) {
    this.#client = client;
    this.#state = state;
    this.#active = active;
    this.#subscriptions = [
      // A new connection follows nothing yet.
      client.onConnected(() => {
        this.#follows.clear();
      }),
      client.on('vm/execution/event', (batch) => {
        if (batch.follow === 'session') this.#take(batch);
      }),
      state.onDidChange((change) => {
        if (change.kind === 'all') this.#followAll();
        else if (change.kind === 'session') this.#followIfWanted(change.session);
      }),
      active.onDidChange(() => {
        this.#followAll();
      }),
    ];
  }

  /** Resolves when the events of the session come as they happen. */
  async following(session: Session): Promise<void> {
    await (this.#follows.get(session.id) ?? this.#follow(session)).started;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#events.dispose();
    this.#executions.dispose();
  }

  #followAll(): void {
    for (const session of this.#state.sessions) this.#followIfWanted(session);
  }

  #followIfWanted(session: Session): void {
    if (this.#follows.has(session.id) || !isHere(session)) return;
    // One that ended while the window was away is worth a look back, once.
    const endedAway = this.#active.isChosen(session) && !this.#cursors.has(session.id);
    if (isAlive(session) || endedAway) void this.#follow(session);
  }

  #follow({ id }: Session): Follow {
    const follow = { started: this.#start(id) };
    this.#follows.set(id, follow);
    follow.started.catch(() => {
      if (this.#follows.get(id) === follow) this.#follows.delete(id);
    });
    return follow;
  }

  async #start(session_id: string): Promise<void> {
    const recent = await this.#client.look('vm/execution/list', { session_id, limit: HISTORY + 1 });
    this.#executions.fire(recent);
    const oldest = recent[HISTORY];
    const before = oldest === undefined ? undefined : { execution_id: oldest.id, seq: Number.MAX_SAFE_INTEGER };
    const after = this.#cursors.get(session_id) ?? before;
    await this.#client.look('vm/session/follow', { session_id, ...(after === undefined ? {} : { after }) });
  }

  #take({
    session_id,
    execution_id,
    events,
    ended,
  }: Omit<EventBatch, 'execution_id'> & { execution_id?: string; ended: boolean }): void {
    if (ended) {
      this.#follows.delete(session_id);
      const session = this.#state.session(session_id);
      if (session !== undefined && isAlive(session)) this.#followIfWanted(session);
    }
    const last = events.at(-1);
    if (execution_id === undefined || last === undefined) return;
    this.#cursors.set(session_id, { execution_id, seq: last.seq });
    this.#events.fire({ session_id, execution_id, events });
  }
}
