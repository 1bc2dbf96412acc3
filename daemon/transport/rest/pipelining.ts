import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTP_LIMITS } from './http-server.ts';

/**
 * Calls `then` when all answers ahead of this one on its connection are sent; never, when the connection ends before. HTTP
 * allows a server to take up such requests side by side only where all are safe (RFC 9112, section 9.3.2); and the answers
 * for a client that sends many and reads none would gather in memory.
 * @param arrivalMs how long its body may take from then on: until then it is not read, and Node's own limit does not hold
 * (`answerMalformedRequest`)
 */
export function inTurn(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  then: () => void,
  arrivalMs: number = HTTP_LIMITS.requestTimeout,
): void {
  if (response.socket !== null) {
    then();
    return;
  }
  // Node gives an answer its connection when its turn has come.
  response.once('socket', () => {
    const timer = setTimeout(() => {
      if (!request.complete) response.socket?.destroy();
    }, arrivalMs).unref();
    response.once('close', () => {
      clearTimeout(timer);
    });
    then();
  });
}
