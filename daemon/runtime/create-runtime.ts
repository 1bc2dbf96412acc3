import { HostRuntime, type RuntimeOptions } from './host-runtime.ts';
import type { Runtime, RuntimeListener } from './runtime.ts';

/** Makes the runtime that keeps guest code in host processes, and starts the first spare hosts. */
export function createRuntime(options: RuntimeOptions, listener: RuntimeListener): Runtime {
  return new HostRuntime(options, listener);
}
