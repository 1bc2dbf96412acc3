import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/error-codes.ts';
import { VmError, type ErrorEnvelope } from '../../../shared/errors/vm-error.ts';
import { idsOf, whatOf } from './request-log.ts';
import type { RestServer } from './rest-instance.ts';

/** The framework's own errors that have a row in our table; its other 4xx mean a request that cannot be read. */
const FRAMEWORK_ERRORS: Readonly<Record<string, { code: ErrorCode; message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than 10 MiB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must be JSON: send it with the header "Content-Type: application/json".',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'INVALID_REQUEST',
    message: 'The body is not as long as its Content-Length says.',
  },
  FST_ERR_BAD_URL: { code: 'INVALID_REQUEST', message: 'The path has a percent-encoding that cannot be decoded.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'VALIDATION_ERROR', message: 'A part of the path is too long.' },
};

/** The one place where errors become answers. */
export function mapErrors(server: RestServer): void {
  server.setErrorHandler(answerError);
}

/** Answers with the envelope; what is our fault, not the caller's, is logged in full and told in general. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const told = toVmError(error);
  const { http: status } = ERROR_CODES[told.code];
  if (status >= 500) {
    // Being full or about to stop is no fault.
    const level = status === 503 ? 'warn' : 'error';
    request.log[level]({ err: error, ...idsOf(request), ...whatOf(request) }, told.code);
  }
  // Also where no hook ran: for a path that could not be decoded.
  reply.header('x-request-id', request.id);
  reply.code(status).send(envelope(told));
}

export function envelope({ code, message, details }: VmError): ErrorEnvelope {
  return { error: { code, message, details } };
}

function toVmError(error: unknown): VmError {
  if (error instanceof VmError && error.code !== 'INTERNAL') return error;
  const { code, statusCode } = frameworkFields(error);
  const known = FRAMEWORK_ERRORS[code ?? ''];
  if (known !== undefined) return new VmError(known.code, known.message);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new VmError('INVALID_REQUEST', 'The request cannot be read.', { reason: code });
  }
  return new VmError('INTERNAL', 'Something went wrong inside; the log has it under the X-Request-Id of this answer.');
}

function frameworkFields(error: unknown): Partial<FastifyError> {
  return error instanceof Error ? error : {};
}
