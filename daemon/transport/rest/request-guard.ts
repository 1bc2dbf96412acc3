import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { VmError } from '../../../shared/errors/vm-error.ts';
import type { RestServer } from './rest-instance.ts';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Keeps web pages out. Whoever can open a connection to the daemon may be a page that a browser on this machine shows:
 * - its own name may have been made to point here (DNS rebinding): so only names that we know in `Host`;
 * - it may send requests across origins: so no `Origin` but our own, and nothing that the browser calls cross-site.
 * Our own pages (/docs) pass: a browser makes `Origin` from the page's address and `Host` from the request's, no script
 * can set either, and only a page that this very host and port served has both the same. No CORS header is ever sent.
 */
export function guardRequests(server: RestServer, allowedHosts: readonly string[]): void {
  const known = new Set([...LOOPBACK_NAMES, ...allowedHosts].map((host) => host.toLowerCase()));
  const isKnown = keepLast((host) => isAmong(known, host.toLowerCase()));
  server.addHook('onRequest', (request, reply, done) => {
    // Answers are data: not to be run as a script, nor shown inside a foreign page.
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cross-origin-resource-policy', 'same-origin');
    done(refuseForm(request.raw) ?? refusal(request.headers, isKnown));
  });
}

/** Node takes the first of two Hosts, and the router the path of a proxy's request: neither says for whom it is. */
function refuseForm({ url = '', rawHeaders }: IncomingMessage): VmError | undefined {
  if (!url.startsWith('/') && url !== '*') {
    return new VmError('INVALID_REQUEST', 'The daemon is no proxy: the target of a request is a path.');
  }
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1 ? new VmError('INVALID_REQUEST', 'The request has two Host headers.') : undefined;
}

function refusal(headers: IncomingHttpHeaders, isKnown: (host: string) => boolean): VmError | undefined {
  const { host, origin } = headers;
  if (host === undefined) return new VmError('INVALID_REQUEST', 'The request has no Host header.');
  if (!isKnown(host)) {
    return new VmError('ORIGIN_NOT_ALLOWED', `The daemon does not answer to the name "${host}"; use 127.0.0.1.`, {
      host,
    });
  }
  if (origin !== undefined && !isOwnOrigin(origin, host)) {
    return new VmError('ORIGIN_NOT_ALLOWED', `Web pages of ${origin} may not use the daemon.`, { origin });
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return new VmError('ORIGIN_NOT_ALLOWED', 'Other web pages may not use the daemon; type its address instead.', {
      'sec-fetch-site': site,
    });
  }
  return undefined;
}

/** Any port: a forwarded one is fine, as rebinding needs a name of its own. */
function isAmong(known: ReadonlySet<string>, host: string): boolean {
  return known.has(host) || known.has(host.replace(/:\d{1,5}$/, ''));
}

/** https too: a reverse proxy of a configured name may speak it. */
function isOwnOrigin(origin: string, host: string): boolean {
  const own = host.toLowerCase();
  return origin.toLowerCase() === `http://${own}` || origin.toLowerCase() === `https://${own}`;
}

/** The same function, which keeps its last answer: clients ask for the same again and again. */
function keepLast(judge: (text: string) => boolean): (text: string) => boolean {
  let lastText: string | undefined;
  let lastAnswer = false;
  return (text) => {
    if (text === lastText) return lastAnswer;
    lastAnswer = judge(text);
    lastText = text;
    return lastAnswer;
  };
}
