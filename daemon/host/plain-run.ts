import type { RunMessage, WireEvent } from '../../shared/ipc/host-messages.ts';
import type { Metrics } from '../../shared/model/execution.ts';
import type { Limits } from '../../shared/model/settings.ts';
import { now } from './clock.ts';
import { givenResult } from './expression-line.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import { roundMs, SHORT_RUN_HEAP_AGE_MS } from './guest-run.ts';
import { describePrimitive } from './guest-values.ts';
import type { LastValues } from './last-values.ts';
import { plainScript } from './plain-line.ts';

/** The one event says the result. */
export type PlainRun = { event: WireEvent; metrics: Metrics };

/**
 * A run of a plain line in an isolate at rest, from its begin to its end at once: it can neither loop nor say anything
 * but its value, and needs no clock, no outbox and no way to stop it. Undefined when it comes to anything else, an error
 * for one: then nothing has happened yet, and it is a run like all others.
 */
export function runPlainly(
  { kind, source }: RunMessage,
  guest: GuestIsolate,
  last: LastValues,
  limits: Limits,
): PlainRun | undefined {
  if (kind !== 'repl' || last.holdsObjects || limits.max_events < 2) return undefined;
  const script = plainScript(source);
  if (script === undefined) return undefined;
  const startWall = now();
  const startCpu = guest.cpuTime;
  const end = guest.evaluateNow(script);
  const result = end === undefined ? undefined : givenResult(end.given);
  if (result === undefined) return undefined;
  const { payload, text } = describePrimitive(result);
  const outputBytes = Buffer.byteLength(text);
  if (outputBytes > limits.max_output_kb * 1024) return undefined;
  last.set('_', result);
  const metrics = {
    wall_ms: roundMs(now() - startWall),
    cpu_ms: roundMs(Number(guest.cpuTime - startCpu) / 1e6),
    heap_used_bytes: guest.heapUsed(SHORT_RUN_HEAP_AGE_MS),
    event_count: 1,
    output_bytes: outputBytes,
  };
  return { event: [Date.now(), 'value', payload], metrics };
}
