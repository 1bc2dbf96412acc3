import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * By which names the log speaks of a request. Nothing but short texts: whatever is opened during a request (a host's
 * pipe, a timer) keeps this object as long as it lives.
 */
export type RequestIds = { request_id: string; client?: number; session_id?: string; execution_id?: string };

const current = new AsyncLocalStorage<RequestIds>();

/** Runs the work of a request, so that every line of the log that it leads to bears its ids. */
export function duringRequest<T>(ids: RequestIds, work: () => T): T {
  return current.run(ids, work);
}

/** Runs what no request asked for, though one may have opened the pipe on which it came. */
export function outsideRequests<T>(work: () => T): T {
  return current.exit(work);
}

/** The request whose work this is, if it is one's. */
export function currentRequest(): RequestIds | undefined {
  return current.getStore();
}

/** The ids in a request's parameters or body, as far as they are there. */
export function idsIn(...sources: readonly unknown[]): Pick<RequestIds, 'session_id' | 'execution_id'> {
  const ids: Pick<RequestIds, 'session_id' | 'execution_id'> = {};
  for (const source of sources) {
    if (typeof source !== 'object' || source === null) continue;
    const { session_id, execution_id } = source as Record<string, unknown>;
    if (isId(session_id)) ids.session_id = session_id;
    if (isId(execution_id)) ids.execution_id = execution_id;
  }
  return ids;
}

/** Longer than a UUID: none of ours, and nothing to keep. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 36;
}
