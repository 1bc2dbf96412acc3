import { VmError } from '../../../shared/errors/vm-error.ts';
import type { RestServer } from './rest-server.ts';

/** How long answers in flight may take once the server closes, before their connections are cut. */
const GRACE_MS = 5_000;

/** From the moment that the server begins to close, new requests are refused; those that run get their answers. */
export function refuseWhenClosing(server: RestServer): void {
  let closing = false;
  let cut: NodeJS.Timeout | undefined;
  server.addHook('preClose', (done) => {
    closing = true;
    // A client that never finishes its request, or never reads its answer, must not keep the daemon from stopping.
    cut = setTimeout(() => {
      server.server.closeAllConnections();
    }, GRACE_MS);
    done();
  });
  server.addHook('onClose', (_, done) => {
    clearTimeout(cut);
    done();
  });
  server.addHook('onRequest', (_request, _reply, done) => {
    done(closing ? new VmError('SHUTTING_DOWN', 'The daemon is stopping; start it again and retry.') : undefined);
  });
}
