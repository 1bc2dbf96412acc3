import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RestServer } from './rest-instance.ts';

/** What a client's own id may look like: it ends up in headers and in the log, so no spaces, quotes or line breaks. */
const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Of this process: the first 20 digits of a UUID. Making all of one for each request costs 3 µs. */
const OWN_PREFIX = randomUUID().slice(0, 24);
let lastNumber = 0;

/** The client's `X-Request-Id` when it is sane, else a new one. */
export function makeRequestId(request: Pick<IncomingMessage, 'headers'>): string {
  const own = request.headers['x-request-id'];
  return typeof own === 'string' && SANE_ID.test(own) ? own : newRequestId();
}

/** Every answer bears the id under which the log speaks of its request. */
export function showRequestId(server: RestServer): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}

/** In the form of a UUID, and unique. */
function newRequestId(): string {
  return OWN_PREFIX + (++lastNumber).toString(16).padStart(12, '0');
}
