import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERROR_CODES } from '../../../shared/errors/error-codes.ts';
import { VmError } from '../../../shared/errors/vm-error.ts';
import { envelope } from './errors.ts';
import { makeRequestId } from './request-id.ts';

// Imported, this module would load all that it can give, among it the whole of undici: 25 ms of every start.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** What Node's HTTP parser found; other codes are a request that is no HTTP. */
const MESSAGES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The headers are larger than 16 KiB.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
};

/**
 * Answers what could not be parsed as HTTP, in the form of all other errors, and ends the connection. What has not arrived
 * because it waits for its turn behind other requests is left alone: nobody has read it yet.
 */
export function answerMalformedRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isAnswering(socket)) return;
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const message = MESSAGES[error.code ?? ''] ?? 'The request is not valid HTTP.';
  endWith(socket, new VmError('INVALID_REQUEST', message, { reason: error.code }));
}

/** Answers a request to be a tunnel; Node would cut the connection without a word. */
export function answerConnect(_request: unknown, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  endWith(socket, new VmError('INVALID_REQUEST', 'The daemon is no proxy.'));
}

function endWith(socket: Duplex, told: VmError): void {
  const { http: status } = ERROR_CODES[told.code];
  const body = JSON.stringify(envelope(told));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${makeRequestId({ headers: {} })}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * Whether an earlier request of this connection waits for its answer, or is being given it: ours would be taken for
 * that. Node's own default handler asks the same field; there is no public one.
 */
function isAnswering(socket: Duplex & { _httpMessage?: ServerResponse | null }): boolean {
  const message = socket._httpMessage ?? undefined;
  return message !== undefined && (message.headersSent || message.req.complete);
}
