import { collectOwnGarbage } from './own-garbage.ts';
import type { RuntimeListener } from './runtime/runtime.ts';

/** Events that make it worth while: 10,000 leave some 20 MiB behind. */
const MANY_EVENTS = 10_000;
const REST_MS = 500;

/**
 * Gives memory back when the flood is over. V8 by itself keeps what it once had: some 200 MiB after a few floods of which
 * 10 are in use. Takes about 30 ms, half a second after the last of many events.
 */
export function collectAtRest(listener: RuntimeListener): RuntimeListener {
  let events = 0;
  const timer = setTimeout(() => {
    if (events < MANY_EVENTS) return;
    events = 0;
    collectOwnGarbage();
  }, REST_MS).unref();
  return {
    onEvents: (id, batch, stored) => {
      events += batch.length;
      if (events >= MANY_EVENTS) timer.refresh();
      listener.onEvents(id, batch, stored);
    },
    beginBackground: (sessionId) => listener.beginBackground(sessionId),
    endBackground: (id, outcome) => { listener.endBackground(id, outcome); }, // prettier-ignore
    onSessionLost: (id, reason) => { listener.onSessionLost(id, reason); }, // prettier-ignore
  };
}
