import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { RestClient } from './rest-client.ts';

/** Starts an execution, hands over each event as it comes, and resolves with how it ended. Ctrl-C cancels it. */
export async function followExecution(
  client: RestClient,
  start: () => Promise<Execution>,
  onEvent: (event: ExecutionEvent) => void,
): Promise<Execution> {
  const { id } = await start();
  const cancel = (): void => {
    client.post(`executions/${id}/cancel`, {}).catch(() => undefined);
  };
  process.on('SIGINT', cancel);
  try {
    for await (const event of client.stream<ExecutionEvent>(`executions/${id}/events/stream`)) onEvent(event);
    return await client.get<Execution>(`executions/${id}`);
  } finally {
    process.off('SIGINT', cancel);
  }
}
