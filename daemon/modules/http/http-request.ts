import { MAX_CALL_BYTES } from '../../../shared/ipc/call-messages.ts';
import { ModuleError, wrongType } from '../denied.ts';

const DEFAULT_MS = 120_000;
const MAX_MS = 600_000;
const MAX_HEADERS = 200;

export type HttpRequest = {
  /** By which the guest aborts it. */
  key: string;
  url: URL;
  method: string;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer> | null;
  redirect: 'follow' | 'error' | 'manual';
  timeoutMs: number;
};

/** What belongs to the connection is not the guest's to say: `Host` would lead to others behind an allowed address. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]); // prettier-ignore
const BODY_HEADERS: ReadonlySet<string> = new Set(['content-encoding', 'content-language', 'content-location', 'content-type']); // prettier-ignore
/** Not told to another host than the one they were meant for. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Throws ModuleError for what is no request. */
export function requestOf(given: unknown): HttpRequest {
  const fields = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const { url, method = 'GET', redirect = 'follow', timeoutMs = DEFAULT_MS } = fields;
  if (typeof url !== 'string' || !URL.canParse(url)) throw new ModuleError('ERR_INVALID_URL', 'Invalid URL', { name: 'TypeError' }); // prettier-ignore
  const parsed = new URL(url);
  if (parsed.username !== '' || parsed.password !== '')
    throw new ModuleError('ERR_INVALID_URL', 'A URL to fetch must not have credentials: use the Authorization header', { name: 'TypeError' }); // prettier-ignore
  if (typeof method !== 'string' || !/^[A-Za-z-]{1,20}$/.test(method)) throw wrongType('method', 'the name of a method'); // prettier-ignore
  if (redirect !== 'follow' && redirect !== 'error' && redirect !== 'manual') throw wrongType('redirect', "'follow', 'error' or 'manual'"); // prettier-ignore
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0)) throw wrongType('timeoutMs', 'a number above zero');
  return {
    key: String(fields['key']),
    url: parsed,
    method,
    headers: headersOf(fields['headers']),
    body: bodyOf(fields['body']),
    redirect,
    timeoutMs: Math.min(Math.ceil(timeoutMs), MAX_MS),
  };
}

/** What a browser would ask after such an answer. */
export function followUp(request: HttpRequest, status: number, location: string): HttpRequest {
  const { url: from, method } = request;
  if (!URL.canParse(location, from.href)) throw new ModuleError('ERR_REDIRECT', 'fetch failed: the redirect leads nowhere', { name: 'TypeError' }); // prettier-ignore
  const url = new URL(location, from);
  if (url.hash === '') url.hash = from.hash;
  url.username = url.password = '';
  let { headers, body } = request;
  let next = method;
  if ((status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST')) {
    next = 'GET';
    body = null;
    headers = headers.filter(([name]) => !BODY_HEADERS.has(name));
  }
  if (url.origin !== from.origin) headers = headers.filter(([name]) => !SECRET_HEADERS.has(name));
  return { ...request, url, method: next, headers, body };
}

function headersOf(given: unknown): [string, string][] {
  const list = Array.isArray(given) ? (given as unknown[]).slice(0, MAX_HEADERS) : [];
  const headers = list.flatMap((pair): [string, string][] => {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof name !== 'string' || typeof value !== 'string') throw wrongType('headers', 'a list of names and values');
    const lower = name.toLowerCase();
    return CONNECTION_HEADERS.has(lower) || lower.startsWith('proxy-') ? [] : [[lower, value]];
  });
  return headers.some(([name]) => name === 'user-agent') ? headers : [...headers, ['user-agent', 'vm-system']];
}

function bodyOf(given: unknown): Uint8Array<ArrayBuffer> | null {
  if (typeof given !== 'object' || given === null) return null;
  const { text, base64 } = given as Record<string, unknown>;
  if (typeof text !== 'string' && typeof base64 !== 'string') throw wrongType('body', 'of type string or bytes');
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(base64 as string, 'base64');
  if (bytes.length > MAX_CALL_BYTES)
    throw new ModuleError('ERR_OUT_OF_RANGE', `One request may send ${MAX_CALL_BYTES} bytes`, { name: 'RangeError' });
  return new Uint8Array(bytes);
}
