import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { RestClient } from './rest-client.ts';

/**
 * Follows what goes on in a session between executions, from now on, until the session ends or the signal is aborted.
 * Other executions of the session are whoever's ran them.
 */
export async function followBackground(
  client: RestClient,
  session_id: string,
  onEvent: (event: ExecutionEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const after = await lastEventId(client, session_id);
    const isBackground = kindReader(client);
    const stream = client.stream<ExecutionEvent>(`sessions/${session_id}/events/stream`, {
      signal,
      ...(after !== undefined && { after }),
    });
    for await (const event of stream) {
      // The first event of such an execution only says why there is one.
      if ((await isBackground(event)) && event.seq > 1) onEvent(event);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Where a stream begins that leaves out what has been; undefined in a session that has done nothing yet. */
async function lastEventId(client: RestClient, session_id: string): Promise<string | undefined> {
  const [newest] = await client.get<Execution[]>('executions', { session_id, limit: 1 });
  return newest && `${newest.id}:${newest.metrics.event_count ?? 0}`;
}

/** Asks for the kind of each execution once; their events come one execution after another. */
function kindReader(client: RestClient): (event: ExecutionEvent) => Promise<boolean> {
  let known: { id: string; isBackground: boolean } | undefined;
  return async ({ execution_id, type }) => {
    if (type === 'input_echo') known = { id: execution_id, isBackground: false };
    else if (known?.id !== execution_id) {
      const { kind } = await client.get<Execution>(`executions/${execution_id}`);
      known = { id: execution_id, isBackground: kind === 'system' };
    }
    return known.isBackground;
  };
}
