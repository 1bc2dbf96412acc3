/**
 * What only V8 can say about a value. `daemon/host` compiles these few functions into the snapshot while V8's syntax for
 * natives is on, before any guest exists, and leaves them under this name for the bootstrap to take away.
 */
export type Natives = {
  isProxy(value: unknown): boolean;
  /** null once the proxy is revoked. */
  proxyTarget(proxy: object): object | null;
  proxyHandler(proxy: object): object | null;
  /** Whether an array stores its elements sparsely. */
  isSparse(array: object): boolean;
  /** Runs the microtasks that wait now. */
  runMicrotasks(): void;
};

export const NATIVES_KEY = '__vmSystemNatives';

const globals = globalThis as unknown as Record<string, unknown>;

export const natives = globals[NATIVES_KEY] as Natives;
Reflect.deleteProperty(globals, NATIVES_KEY);
