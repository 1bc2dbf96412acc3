import { argumentError } from './support/tools.ts';

const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis;

type Options = { signal?: AbortSignal; ref?: boolean };

function signalOf(options: Options | undefined): AbortSignal | undefined {
  const { signal } = options ?? {};
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw argumentError('options.signal', 'an instance of AbortSignal', signal);
  }
  return signal;
}

function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}

/** Calls `start` with what fulfils the promise; `stop` undoes it when the signal comes first. */
async function wait<Value>(
  start: (done: () => void) => () => void,
  value: Value,
  options: Options | undefined,
): Promise<Value> {
  const signal = signalOf(options);
  if (signal?.aborted === true) throw abortError(signal);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      stop();
      if (signal !== undefined) reject(abortError(signal));
    };
    const stop = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function waitTimeout<Value>(delay?: number, value?: Value, options?: Options): Promise<Value | undefined> {
  const start = (done: () => void) => {
    const timer = setTimeout(done, delay);
    return () => {
      clearTimeout(timer);
    };
  };
  return wait(start, value, options);
}

function waitImmediate<Value>(value?: Value, options?: Options): Promise<Value | undefined> {
  const start = (done: () => void) => {
    const immediate = setImmediate(done);
    return () => {
      clearImmediate(immediate);
    };
  };
  return wait(start, value, options);
}

async function* everyInterval<Value>(
  delay?: number,
  value?: Value,
  options?: Options,
): AsyncGenerator<Value | undefined> {
  const signal = signalOf(options);
  let due = 0;
  let wake: () => void = () => undefined;
  const onAbort = (): void => {
    wake();
  };
  const interval = setInterval(() => {
    due++;
    wake();
  }, delay);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      if (signal?.aborted === true) throw abortError(signal);
      if (due === 0) await new Promise<void>((resolve) => (wake = resolve));
      for (; due > 0; due--) yield value;
    }
  } finally {
    clearInterval(interval);
    signal?.removeEventListener('abort', onAbort);
  }
}

export const builtIn = {
  scheduler: {
    wait: (delay: number, options?: Options): Promise<undefined> => waitTimeout(delay, undefined, options),
    yield: (): Promise<undefined> => waitImmediate(undefined),
  },
  setImmediate: waitImmediate,
  setInterval: everyInterval,
  setTimeout: waitTimeout,
};
