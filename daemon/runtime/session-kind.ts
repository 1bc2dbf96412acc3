import type { SessionKind } from '../../shared/ipc/host-messages.ts';
import type { Allowed } from './module-policy.ts';
import type { SessionSpec } from './runtime.ts';

/** What a host can prepare for before it knows the session. */
export function kindOf({ settings, libraries }: SessionSpec, { deniedGlobals }: Allowed): SessionKind {
  const { runtime, limits } = settings;
  const denied_globals = runtime.console ? deniedGlobals : [...deniedGlobals, 'console'];
  return { mem_mb: limits.mem_mb, runtime, denied_globals, libraries };
}

/** The same for kinds that an isolate could be swapped between. */
export function keyOf({ mem_mb, runtime, denied_globals, libraries }: SessionKind): string {
  return JSON.stringify([mem_mb, runtime.strict, [...denied_globals].sort(), libraries.map(({ sha512 }) => sha512)]);
}
