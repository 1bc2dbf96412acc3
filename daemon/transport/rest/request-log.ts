import type { FastifyRequest } from 'fastify';
import { duringRequest, idsIn, type RequestIds } from '../../services/request-context.ts';
import type { RestServer } from './rest-instance.ts';

/**
 * Every line of the log that a request leads to bears its ids. One line for each request itself, at debug level: at a
 * thousand requests a second nobody reads them, and each costs.
 */
export function logRequests(server: RestServer): void {
  // Not earlier: reading a body goes on in the context of the connection.
  server.addHook('preHandler', (request, _reply, done) => {
    duringRequest(idsOf(request), done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (server.log.level === 'debug' || server.log.level === 'trace') {
      const ms = Math.round(reply.elapsedTime * 1_000) / 1_000;
      server.log.debug({ ...idsOf(request), ...whatOf(request), status: reply.statusCode, ms }, 'request');
    }
    done();
  });
}

export function idsOf({ id, params, query, body }: FastifyRequest): RequestIds {
  return { request_id: id, ...idsIn(query, body, params) };
}

/** Without the query: people put secrets into it, though nothing here asks for them. */
export function whatOf({ method, url }: FastifyRequest): { method: string; path: string | undefined } {
  return { method, path: url.split('?', 1)[0] };
}
