import type { ExecutionError } from './execution.ts';

/** Whether an `exception` event says the same: what stopped the code from outside is only told by the execution. */
export function isToldByEvent({ code }: ExecutionError): boolean {
  return code === 'JS_EXCEPTION' || code === 'IMPORT_FAILED';
}
