import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { unlessAborted } from './interruptible.ts';
import type { RestClient } from './rest-client.ts';

export type Follower = {
  /** Is given the execution as soon as it runs. */
  onStart?: (execution: Execution) => void;
  /** Is given each event as it comes. */
  onEvent: (event: ExecutionEvent) => void;
  /** Aborted, it cancels the execution; the events up to its end still come. */
  signal: AbortSignal;
};

/** Starts an execution, follows it, and resolves with how it ended. */
export async function followExecution(
  client: RestClient,
  start: () => Promise<Execution>,
  { onStart, onEvent, signal }: Follower,
): Promise<Execution> {
  const started = await unlessAborted(start(), signal);
  onStart?.(started);
  const path = `executions/${started.id}`;
  const cancel = (): void => {
    // It may have ended by itself in the meantime; then there is nothing to cancel.
    client.post(`${path}/cancel`, {}).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  try {
    for await (const event of client.stream<ExecutionEvent>(`${path}/events/stream`)) onEvent(event);
    return await client.get<Execution>(path);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
