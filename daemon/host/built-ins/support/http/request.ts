import { Body, type BodyInput } from './body.ts';
import { Headers, type HeadersInput } from './headers.ts';

export type RequestOptions = {
  method?: string;
  headers?: HeadersInput;
  body?: BodyInput;
  redirect?: 'follow' | 'error' | 'manual';
  signal?: AbortSignal | null;
  /** For the whole of it; two minutes unless told otherwise. Ours: the standard only has signals. */
  timeoutMs?: number;
};
export type RequestInput = string | URL | Request;

const STANDARD_METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

export class Request extends Body {
  static {
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'Request', configurable: true });
  }

  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: 'follow' | 'error' | 'manual';
  readonly signal: AbortSignal | null;
  readonly timeoutMs: number | undefined;

  constructor(input: RequestInput, options: RequestOptions = {}) {
    const other: unknown = input;
    const given = input instanceof Request ? input : undefined;
    const headers = new Headers(options.headers ?? given?.headers);
    const method = methodOf(options.method ?? given?.method ?? 'GET');
    const body = options.body === undefined ? (given?.takeBody() ?? null) : options.body;
    if (body !== null && (method === 'GET' || method === 'HEAD'))
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    super(body, headers);
    this.url = given?.url ?? new URL(String(other)).href;
    this.method = method;
    this.headers = headers;
    this.redirect = options.redirect ?? given?.redirect ?? 'follow';
    this.signal = options.signal === undefined ? (given?.signal ?? null) : options.signal;
    this.timeoutMs = options.timeoutMs ?? given?.timeoutMs;
  }

  /** For a request that is made of this one. */
  takeBody(): Uint8Array | null {
    if (this.bodyUsed) throw new TypeError('Cannot construct a Request with a Request object that has already been used.'); // prettier-ignore
    return this.body;
  }

  clone(): Request {
    return new Request(this);
  }
}

function methodOf(method: string): string {
  const upper = method.toUpperCase();
  return STANDARD_METHODS.has(upper) ? upper : method;
}
