import type { Logger } from 'pino';
import { VmError } from '../../../shared/errors/vm-error.ts';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { Execution } from '../../../shared/model/execution.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { NotificationParams, RequestParams } from '../../../shared/protocol/methods.ts';
import type { SessionCursor } from '../../services/event-streams.ts';
import type { Services } from '../../services/services.ts';

type EventParams = NotificationParams<'vm/execution/event'>;
type Kind = EventParams['follow'];

/** Sends a batch; resolves when the client's side has taken it. */
export type SendEvents = (params: EventParams) => Promise<void>;

/**
 * What one client follows. Each follow is a cursor that moves when the client has taken the batch before: a client that
 * stops reading holds one batch in memory, and reads on from the log later.
 */
export class Followers {
  readonly #services: Services;
  readonly #send: SendEvents;
  readonly #logger: Logger;
  readonly #follows = new Map<string, AbortController>();

  constructor(services: Services, send: SendEvents, logger: Logger) {
    this.#services = services;
    this.#send = send;
    this.#logger = logger;
  }

  /** Throws SESSION_NOT_FOUND; EXECUTION_NOT_FOUND when the cursor is of another session. */
  followSession({ session_id, after, live_only = false }: RequestParams<'vm/session/follow'>): Session {
    const { sessions, executions, streams } = this.#services;
    const session = sessions.get(session_id);
    if (after !== undefined && executions.get(after.execution_id).session_id !== session_id) {
      throw new VmError('EXECUTION_NOT_FOUND', 'The execution of `after` is not one of this session.', after);
    }
    const cursor = after ?? (live_only ? this.#now(session_id) : undefined);
    this.#start('session', session_id, (signal) => streams.followSession(session_id, cursor, signal), { session_id });
    return session;
  }

  /** Throws EXECUTION_NOT_FOUND. */
  followExecution({ execution_id, after_seq = 0 }: RequestParams<'vm/execution/follow'>): Execution {
    const { executions, streams } = this.#services;
    const execution = executions.get(execution_id);
    const { session_id } = execution;
    const open = (signal: AbortSignal): AsyncIterable<ExecutionEvent[]> =>
      streams.followExecution(execution_id, after_seq, signal);
    this.#start('execution', execution_id, open, { session_id, execution_id });
    return execution;
  }

  unfollow(kind: Kind, id: string): void {
    const key = `${kind} ${id}`;
    this.#follows.get(key)?.abort();
    this.#follows.delete(key);
  }

  dispose(): void {
    for (const follow of this.#follows.values()) follow.abort();
    this.#follows.clear();
  }

  /** What runs now counts as new, from its first event; what has ended does not. */
  #now(session_id: string): SessionCursor | undefined {
    const [latest] = this.#services.executions.list({ session_id, limit: 1 });
    if (latest === undefined) return undefined;
    return { execution_id: latest.id, seq: latest.status === 'running' ? 0 : Number.MAX_SAFE_INTEGER };
  }

  #start(
    kind: Kind,
    id: string,
    open: (signal: AbortSignal) => AsyncIterable<ExecutionEvent[]>,
    about: Pick<EventParams, 'session_id' | 'execution_id'>,
  ): void {
    this.unfollow(kind, id);
    const follow = new AbortController();
    this.#follows.set(`${kind} ${id}`, follow);
    // After the answer to the request, so that the client knows of the follow before its first event.
    setImmediate(() => {
      this.#pump(open(follow.signal), { follow: kind, ...about }, follow.signal)
        .catch((error: unknown) => {
          this.#logger.error({ err: error, [`${kind}_id`]: id }, 'following events failed');
        })
        .finally(() => {
          if (!follow.signal.aborted) this.#follows.delete(`${kind} ${id}`);
        });
    });
  }

  async #pump(
    batches: AsyncIterable<ExecutionEvent[]>,
    about: Omit<EventParams, 'events' | 'ended'>,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const events of batches) {
      if (signal.aborted) return;
      const execution_id = events[0]?.execution_id;
      await this.#send({ ...about, ...(execution_id === undefined ? {} : { execution_id }), events, ended: false });
    }
    if (!signal.aborted) await this.#send({ ...about, events: [], ended: true });
  }
}
