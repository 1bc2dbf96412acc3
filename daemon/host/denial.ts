import type { EventPayload } from '../../shared/model/event.ts';

/** What the log says of something that the template does not allow. The daemon words those of host modules likewise. */
export function denial(what: string, capability: string, need: string): EventPayload {
  return { message: `denied: ${what}`, code: 'USE_DENIED', capability, need };
}
