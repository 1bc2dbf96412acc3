import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RestServer } from './rest-instance.ts';

/** What a client's own id may look like: it ends up in headers and in the log, so no spaces, quotes or line breaks. */
const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The client's `X-Request-Id` when it is sane, else a new one. */
export function makeRequestId(request: Pick<IncomingMessage, 'headers'>): string {
  const own = request.headers['x-request-id'];
  return typeof own === 'string' && SANE_ID.test(own) ? own : randomUUID();
}

/** Every answer bears the id under which the log speaks of its request. */
export function showRequestId(server: RestServer): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
