import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import type { Logger } from 'pino';
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/error-codes.ts';
import { VmError } from '../../../shared/errors/vm-error.ts';
import { currentRequest } from '../../services/request-context.ts';

/** What every error answer carries beside its number. */
export type RpcErrorData = { code: ErrorCode; details: Record<string, unknown> };

/** LSP's code for a request that ended because the client cancelled it. */
const REQUEST_CANCELLED = -32800;

/** The one place where errors become answers; what is our fault is logged in full and told in general. */
export function toResponseError(error: unknown, logger: Logger, method: string): ResponseError<RpcErrorData> {
  if (error instanceof ResponseError) return error as ResponseError<RpcErrorData>;
  const told = error instanceof VmError && error.code !== 'INTERNAL' ? error : internal();
  const { rpc, http } = ERROR_CODES[told.code];
  // As in REST: being full or about to stop is no fault.
  if (http >= 500) logger[http === 503 ? 'warn' : 'error']({ err: error, method }, told.code);
  return new ResponseError(rpc, told.message, { code: told.code, details: told.details });
}

export function unknownMethod(method: string): ResponseError<RpcErrorData> {
  const data = { code: 'ROUTE_NOT_FOUND', details: { method } } as const;
  return new ResponseError(ErrorCodes.MethodNotFound, `No method ${method}.`, data);
}

export function cancelled(): ResponseError<undefined> {
  return new ResponseError(REQUEST_CANCELLED, 'The request was cancelled before it was started.', undefined);
}

function internal(): VmError {
  const { request_id } = currentRequest() ?? {};
  const where = request_id === undefined ? '' : ` under the request ${request_id}`;
  return new VmError('INTERNAL', `Something went wrong inside; the log of the daemon has it${where}.`);
}
