/** What a raw request is made of for one daemon. */
export type Target = { host: string; token: string };

export type RawRequest = {
  what: string;
  /** Everything that is sent. */
  bytes: (target: Target) => string;
  status: number;
  code: string;
};

const JSON_TYPE = 'Content-Type: application/json\r\n';
const BODY_LIMIT = 10 * 1024 * 1024;

function head(first: string, host: string, ...lines: string[]): string {
  return [`${first} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, '', ''].join('\r\n');
}

/** A request of a client that has the token, with more lines in its head. */
function get(...lines: string[]): RawRequest['bytes'] {
  return ({ host, token }) => head('GET /api/v1/templates', host, `Authorization: Bearer ${token}`, ...lines);
}

function post(lines: string, body: string): RawRequest['bytes'] {
  return ({ host, token }) =>
    head('POST /api/v1/templates', host, `Authorization: Bearer ${token}`, `${JSON_TYPE}${lines}`) + body;
}

function authorized(change: (token: string) => string): RawRequest['bytes'] {
  return ({ host, token }) => head('GET /api/v1/templates', host, `Authorization: ${change(token)}`);
}

const invalid = { status: 400, code: 'INVALID_REQUEST' };
const foreign = { status: 403, code: 'ORIGIN_NOT_ALLOWED' };
const unknown = { status: 401, code: 'UNAUTHORIZED' };
const large = { status: 413, code: 'PAYLOAD_TOO_LARGE' };

/** Requests that are refused, as they come over a real connection. */
export const REFUSED_REQUESTS: readonly RawRequest[] = [
  { what: 'a foreign Host', bytes: () => head('GET /api/v1/health', 'evil.example'), ...foreign },
  { what: 'a Host that begins like ours', bytes: () => head('GET /', '127.0.0.1.evil.example'), ...foreign },
  { what: 'a foreign Origin', bytes: get('Origin: http://evil.example'), ...foreign },
  { what: 'the Origin of a sandboxed page', bytes: get('Origin: null'), ...foreign },
  { what: 'the Origin of another port', bytes: get('Origin: http://127.0.0.1:1'), ...foreign },
  { what: 'two Origins', bytes: (to) => get(`Origin: http://${to.host}`, 'Origin: http://evil.example')(to), ...foreign },
  { what: 'a foreign Sec-Fetch-Site', bytes: get('Sec-Fetch-Site: cross-site'), ...foreign },
  { what: 'a Sec-Fetch-Site of another port', bytes: get('Sec-Fetch-Site: same-site'), ...foreign },
  { what: 'two Hosts', bytes: get('Host: evil.example'), ...invalid },
  { what: 'no Host', bytes: () => 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', ...invalid },
  { what: 'no token', bytes: ({ host }) => head('GET /api/v1/templates', host), ...unknown },
  { what: 'an empty token', bytes: authorized(() => 'Bearer'), ...unknown },
  { what: 'a wrong token', bytes: authorized((token) => `Bearer ${token.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'))}`), ...unknown },
  { what: 'a token that is too short', bytes: authorized((token) => `Bearer ${token.slice(0, -1)}`), ...unknown },
  { what: 'a token that is too long', bytes: authorized((token) => `Bearer ${token}a`), ...unknown },
  { what: 'a token in another case', bytes: authorized((token) => `Bearer ${swapCase(token)}`), ...unknown },
  { what: 'a token as a password', bytes: authorized((token) => `Basic ${btoa(`:${token}`)}`), ...unknown },
  { what: 'a wrong token before the right one', bytes: (to) => head('GET /api/v1/templates', to.host, 'Authorization: Bearer x', `Authorization: Bearer ${to.token}`), ...unknown },
  { what: 'two lengths', bytes: post('Content-Length: 2\r\nContent-Length: 3', '{}'), ...invalid },
  { what: 'a length and chunks', bytes: post('Content-Length: 2\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), ...invalid },
  { what: 'a negative length', bytes: post('Content-Length: -2', '{}'), ...invalid },
  { what: 'a length that no number holds', bytes: post(`Content-Length: ${'9'.repeat(30)}`, '{}'), ...invalid },
  { what: 'a length above the limit', bytes: post(`Content-Length: ${BODY_LIMIT + 1}`, '{'), ...large },
  { what: 'chunks above the limit', bytes: post('Transfer-Encoding: chunked', chunks(BODY_LIMIT + 1)), ...large },
  { what: 'a chunk of no size', bytes: post('Transfer-Encoding: chunked', 'zz\r\n'), ...invalid },
  { what: 'a chunk of a size that no number holds', bytes: post('Transfer-Encoding: chunked', `${'F'.repeat(17)}\r\n`), ...invalid },
  { what: 'extensions of chunks without end', bytes: post('Transfer-Encoding: chunked', `2;${'a'.repeat(20_000)}`), ...invalid },
  { what: 'trailers without end', bytes: post('Transfer-Encoding: chunked', `0\r\n${'a: b\r\n'.repeat(5_000)}`), ...invalid },
  { what: 'an encoding that hides the length', bytes: post('Transfer-Encoding: chunked, identity', '{}'), ...invalid },
  { what: 'a folded header', bytes: get('X: a\r\n b'), ...invalid },
  { what: 'a header with a zero byte', bytes: get('X: a\0b'), ...invalid },
  { what: 'a space before a colon', bytes: get('X : a'), ...invalid },
  { what: 'a line that ends with LF alone', bytes: get('X: a\nY: b'), ...invalid },
  { what: 'headers above 16 KiB', bytes: get(`X: ${'a'.repeat(20_000)}`), ...invalid },
  { what: 'headers without end', bytes: get('a: b\r\n'.repeat(5_000)), ...invalid },
  { what: 'a path above 16 KiB', bytes: ({ host }) => head(`GET /${'a'.repeat(20_000)}`, host), ...invalid },
  { what: 'a path that is not ASCII', bytes: ({ host }) => head('GET /\u00ff', host), ...invalid },
  { what: 'a request for a proxy', bytes: ({ host }) => head(`GET http://${host}/api/v1/health`, host), ...invalid },
  { what: 'a tunnel', bytes: ({ host }) => head('CONNECT evil.example:443', host), ...invalid },
  { what: 'an unknown method', bytes: ({ host }) => head('STEAL /api/v1/health', host), ...invalid },
  { what: 'a known method of no route', bytes: ({ host }) => head('TRACE /api/v1/health', host), status: 404, code: 'ROUTE_NOT_FOUND' },
  { what: 'HTTP/2', bytes: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ...invalid },
  { what: 'HTTP/0.9', bytes: () => 'GET /\r\n\r\n', ...invalid },
  { what: 'TLS', bytes: () => '\x16\x03\x01\x02\x00\x01', ...invalid },
  { what: 'LSP', bytes: () => 'Content-Length: 2\r\n\r\n{}', ...invalid },
  { what: 'a body that a page can send without asking', bytes: (to) => head('POST /api/v1/templates', to.host, `Authorization: Bearer ${to.token}`, 'Content-Type: text/plain', 'Content-Length: 2') + '{}', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
]; // prettier-ignore

function chunks(bytes: number): string {
  const chunk = 'x'.repeat(64 * 1024);
  return `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(Math.ceil(bytes / chunk.length));
}

function swapCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));
}
