import { VmError } from '../../shared/errors/vm-error.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SessionSettings } from '../../shared/model/settings.ts';
import type { SessionChange, SessionStore } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { timestamp } from './clock.ts';

/** A session that is alive in memory, with the settings that it was made from. */
export type LiveSession = {
  readonly id: string;
  readonly worktree: string;
  readonly settings: SessionSettings;
  /** The execution that runs now; one at a time. */
  running: string | undefined;
};

/** The sessions that this daemon holds, and the one place that changes a session's row. */
export class LiveSessions {
  readonly #store: SessionStore;
  readonly #live = new Map<string, LiveSession>();
  readonly #ready = new Set<string>();
  readonly #changes: ChangeFeed;

  constructor(store: SessionStore, changes: ChangeFeed) {
    this.#store = store;
    this.#changes = changes;
  }

  get size(): number {
    return this.#live.size;
  }

  ids(): string[] {
    return [...this.#live.keys()];
  }

  /** The session exists from here on, as `starting`. */
  add(row: Session, worktree: string, settings: SessionSettings): LiveSession {
    this.#store.insert(row);
    this.#changes.publish({ kind: 'session', session: row });
    return this.#hold(row.id, worktree, settings);
  }

  /** A session that exists already starts anew. */
  addAgain(id: string, worktree: string, settings: SessionSettings): LiveSession {
    this.#ready.delete(id);
    const live = this.#hold(id, worktree, settings);
    this.#update(id, { status: 'starting', closed_at: null, last_error: null });
    return live;
  }

  get(id: string): LiveSession | undefined {
    return this.#live.get(id);
  }

  /** False when the session died or was closed while it started. */
  markReady(id: string): boolean {
    if (!this.#live.has(id)) return false;
    this.#ready.add(id);
    this.#update(id, { status: 'ready' });
    return true;
  }

  /** Throws SESSION_NOT_FOUND, SESSION_NOT_READY. */
  requireReady(id: string): LiveSession {
    const live = this.#live.get(id);
    if (live !== undefined && this.#ready.has(id)) return live;
    const { status, last_error } = this.row(id);
    const why = last_error === undefined ? '' : `: ${last_error}`;
    throw new VmError('SESSION_NOT_READY', `The session is ${status}${why}.`, { session_id: id, status, last_error });
  }

  /** Throws SESSION_NOT_FOUND. */
  row(id: string): Session {
    const row = this.#store.get(id);
    if (row === undefined) throw new VmError('SESSION_NOT_FOUND', `No session has the id ${id}.`, { session_id: id });
    return row;
  }

  /** The session ended by itself. The first reason stays. */
  crashed(id: string, reason: string): void {
    if (this.#forget(id)) this.#update(id, { status: 'crashed', last_error: reason });
  }

  /** The session was closed on purpose; `reason` only when it was not its user who asked. */
  closed(id: string, reason?: string): void {
    if (!this.#forget(id)) return;
    this.#update(id, {
      status: 'closed',
      closed_at: timestamp(),
      ...(reason === undefined ? {} : { last_error: reason }),
    });
  }

  #hold(id: string, worktree: string, settings: SessionSettings): LiveSession {
    const live: LiveSession = { id, worktree, settings, running: undefined };
    this.#live.set(id, live);
    return live;
  }

  #forget(id: string): boolean {
    this.#ready.delete(id);
    return this.#live.delete(id);
  }

  #update(id: string, change: Omit<SessionChange, 'updated_at'>): void {
    this.#store.update(id, { ...change, updated_at: timestamp() });
    this.#changes.publish({ kind: 'session', session: this.row(id) });
  }
}
