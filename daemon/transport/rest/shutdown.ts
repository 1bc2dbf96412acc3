import type { ServerResponse } from 'node:http';
import { VmError } from '../../../shared/errors/vm-error.ts';
import { inTurn } from './pipelining.ts';
import type { RestServer } from './rest-instance.ts';

/** How long answers in flight may take once the server closes, before their connections are cut. */
const GRACE_MS = 5_000;

/**
 * From the moment that the server begins to close, new requests are refused; those that run get their answers, and
 * with the last of them every connection goes: Node alone would wait for those that never sent a request, as browsers
 * open them in advance.
 */
export function refuseWhenClosing(server: RestServer): void {
  const answering = new Set<ServerResponse>();
  let closing = false;
  let grace: NodeJS.Timeout | undefined;
  const cut = (): void => {
    server.server.closeAllConnections();
  };
  server.addHook('onRequest', ({ raw: request }, { raw: response }, done) => {
    answering.add(response);
    // Comes however it ends, also when the client has left; the hook onResponse does not.
    response.once('close', () => {
      answering.delete(response);
      if (closing && answering.size === 0) cut();
    });
    const begin = (): void => {
      done(closing ? new VmError('SHUTTING_DOWN', 'The daemon is stopping; start it again and retry.') : undefined);
    };
    // Whoever waits for its turn behind others is refused at once.
    if (closing) begin();
    else inTurn({ request, response }, begin);
  });
  server.addHook('preClose', (done) => {
    closing = true;
    grace = setTimeout(cut, answering.size === 0 ? 0 : GRACE_MS);
    // One that was listening before the framework knew of it is ours to close; a second time does no harm.
    server.server.close(() => {
      done();
    });
  });
  server.addHook('onClose', (_server, done) => {
    clearTimeout(grace);
    done();
  });
}
