import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { RestClient } from './rest-client.ts';

/** How soon something is looked for that an execution has left behind and that has not been heard of yet. */
const LOOK_MS = 50;
/** Executions that can have come since the last look; those that are older are known. */
const LATEST = 20;

export type LeftBehind = {
  /** The execution that has ended. */
  execution: Execution;
  onEvent: (event: ExecutionEvent) => void;
  /** Aborted, it stops what goes on; its last events still come. */
  signal: AbortSignal;
};

/**
 * Waits for the timers and the like that an execution has left behind, as Node waits for its own before it ends. Resolves
 * when nothing is left to be called, when somebody runs something else in the session, or after the signal.
 * @returns how the last of it ended, if it was heard of
 */
export async function followLeftBehind(
  client: RestClient,
  { execution, onEvent, signal }: LeftBehind,
): Promise<Execution | undefined> {
  const path = `sessions/${execution.session_id}`;
  const stop = (): void => {
    client.post(`${path}/interrupt`, {}).catch(() => undefined);
  };
  signal.addEventListener('abort', stop);
  let known = execution.id;
  let last: Execution | undefined;
  try {
    for (;;) {
      // Asked in this order: what begins in between is seen by one of both.
      const { goes_on = false } = await client.get<Session>(path);
      const next = await following(client, execution.session_id, known);
      if (next !== undefined && next.kind !== 'system') return last;
      if (next !== undefined) {
        const stream = client.stream<ExecutionEvent>(`executions/${next.id}/events/stream`);
        // The first only says why there is an execution.
        for await (const event of stream) if (event.seq > 1) onEvent(event);
        last = await client.get<Execution>(`executions/${next.id}`);
        known = next.id;
      } else if (!goes_on) return last;
      else await pause(LOOK_MS);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The oldest execution of a session after that one; ids sort by time. */
async function following(client: RestClient, session_id: string, known: string): Promise<Execution | undefined> {
  const latest = await client.get<Execution[]>('executions', { session_id, limit: LATEST });
  return latest.filter(({ id }) => id > known).at(-1);
}
