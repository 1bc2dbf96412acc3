import type { Server } from 'node:http';
import { answerConnect } from './client-error.ts';

// Imported, this module would load all that it can give, among it the whole of undici: 25 ms of every start.
const { createServer } = process.getBuiltinModule('node:http');

/** What connections may take, in the words of Node's HTTP server. */
export const HTTP_LIMITS = {
  /** Enough for a token and a few cookies that a browser keeps for localhost; Node's default, here to be seen. */
  maxHeaderSize: 16 * 1024,
  /** Headers of a local client arrive at once; who needs longer holds the connection on purpose. */
  headersTimeout: 10_000,
  /** A whole request: 10 MiB at 350 KB/s. Says nothing about how long the answer may take: that is wall_ms. */
  requestTimeout: 30_000,
  /** Node looks this often for connections whose time is up (its own default of 30 s would double the limits above). */
  connectionsCheckingInterval: 2_000,
  /** Longer than editors and clients pause between two requests, so that they seldom pay for a new connection. */
  keepAliveTimeout: 75_000,
  /** The guard answers a missing Host itself, in the form of all other errors. */
  requireHostHeader: false,
} as const;

/** A server with our limits, whose requests nobody answers yet. */
export function makeHttpServer(): Server {
  const server = createServer(HTTP_LIMITS);
  // Node would answer an unknown Expect header by itself, in its own form; we read it as if it were not there.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', answerConnect);
  return server;
}
