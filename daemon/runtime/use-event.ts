import type { CallUse } from '../../shared/ipc/call-messages.ts';
import type { RuntimeEvent } from './runtime.ts';

/** What the log says of a host module's use. */
export function useEvent({ allowed, capability, what, need }: CallUse): RuntimeEvent {
  const message = `${allowed ? 'allowed' : 'denied'}: ${what}`;
  const payload = { message, code: allowed ? 'USE_ALLOWED' : 'USE_DENIED', capability };
  return { ts: Date.now(), type: 'system', payload: need === undefined ? payload : { ...payload, need } };
}
