import type { RestServer } from './rest-instance.ts';

/** One line for each request, at debug level: at a thousand requests a second nobody reads them, and each costs. */
export function logRequests(server: RestServer): void {
  // Without a level to ask for, or with debug off, no hook at all.
  if (server.log.level !== 'debug' && server.log.level !== 'trace') return;
  server.addHook('onResponse', (request, reply, done) => {
    const { id, method, url } = request;
    const ms = Math.round(reply.elapsedTime * 1_000) / 1_000;
    server.log.debug({ request_id: id, method, url, status: reply.statusCode, ms }, 'request');
    done();
  });
}
