import type { ServerResponse } from 'node:http';

/**
 * Calls `then` when all answers ahead of this one on its connection are sent; never, when the connection ends before. HTTP
 * allows a server to take up such requests side by side only where all are safe (RFC 9112, section 9.3.2); and the answers
 * for a client that sends many and reads none would gather in memory.
 */
export function inTurn(response: ServerResponse, then: () => void): void {
  // Node gives an answer its connection when its turn has come.
  if (response.socket === null) response.once('socket', then);
  else then();
}
