import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ExecutionEvent } from '../../../shared/model/event.ts';

/** A comment line this often tells proxies and clients that a quiet stream is alive. */
const HEARTBEAT_MS = 15_000;

/** How an event is named so that `Last-Event-ID` leads back to it. */
export type EventIdOf = (event: ExecutionEvent) => string;

/**
 * Sends batches of events as Server-Sent Events until they end or the client leaves; then a last `end` event.
 * Waits for the client's socket to drain, and reads on only then: a slow reader holds one batch, never a queue.
 */
export async function sendEventStream(
  response: ServerResponse,
  batches: AsyncIterable<readonly ExecutionEvent[]>,
  idOf: EventIdOf,
  gone: AbortSignal,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Asks a proxy in between not to collect what should be seen at once.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': alive\n\n');
  }, HEARTBEAT_MS);
  try {
    for await (const events of batches) {
      if (gone.aborted) return;
      const fits = response.write(events.map((event) => frame(idOf(event), event)).join(''));
      if (!fits) await once(response, 'drain', { signal: gone });
    }
    if (!gone.aborted) response.write('event: end\ndata: {}\n\n');
  } catch (error) {
    if (!gone.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/** JSON has no raw line breaks, so one `data:` line holds a whole event. */
function frame(id: string, event: ExecutionEvent): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
