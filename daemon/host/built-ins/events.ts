import EventEmitter from 'events/events.js';

type Emitter = InstanceType<typeof EventEmitter>;
type Listener = (...args: unknown[]) => void;

function getEventListeners(emitter: Emitter, name: string | symbol): unknown[] {
  return emitter.listeners(name);
}

function listenerCount(emitter: Emitter, name: string | symbol): number {
  return emitter.listenerCount(name);
}

function setMaxListeners(count: number, ...emitters: Emitter[]): void {
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count;
  for (const emitter of emitters) emitter.setMaxListeners(count);
}

/** An event's arguments, one call after the other, until the emitter fails or the loop is left. */
async function* on(emitter: Emitter, name: string | symbol): AsyncGenerator<unknown[]> {
  const calls: unknown[][] = [];
  let failure: { error: unknown } | undefined;
  let wake: () => void = () => undefined;
  const onEvent: Listener = (...args) => {
    calls.push(args);
    wake();
  };
  const onError: Listener = (error) => {
    failure = { error };
    wake();
  };
  emitter.on(name, onEvent);
  if (name !== 'error') emitter.on('error', onError);
  try {
    for (;;) {
      if (calls.length === 0 && failure === undefined) await new Promise<void>((resolve) => (wake = resolve));
      for (let args = calls.shift(); args !== undefined; args = calls.shift()) yield args;
      if (failure !== undefined) throw failure.error;
    }
  } finally {
    emitter.removeListener(name, onEvent);
    emitter.removeListener('error', onError);
  }
}

// What the package, which follows an older Node, lacks.
export const builtIn = Object.assign(EventEmitter, {
  errorMonitor: Symbol('events.errorMonitor'),
  captureRejectionSymbol: Symbol.for('nodejs.rejection'),
  getEventListeners,
  listenerCount,
  on,
  setMaxListeners,
});
