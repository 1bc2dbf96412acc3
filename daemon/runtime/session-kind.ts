import type { SessionKind } from '../../shared/ipc/host-messages.ts';
import type { SessionSpec } from './runtime.ts';

/** What a host can prepare for before it knows the session. */
export function kindOf({ settings, libraries }: SessionSpec): SessionKind {
  return { mem_mb: settings.limits.mem_mb, runtime: settings.runtime, libraries };
}

/** The same for kinds that an isolate could be swapped between. */
export function keyOf({ mem_mb, runtime, libraries }: SessionKind): string {
  const { strict, console: hasConsole } = runtime;
  return JSON.stringify([mem_mb, strict, hasConsole, libraries.map(({ sha512 }) => sha512)]);
}
