import { readWireBytes, type WireBytes } from '../wire-bytes.ts';
import { Body, type BodyInput } from './body.ts';
import { Headers, type HeadersInput } from './headers.ts';

export type ResponseOptions = { status?: number; statusText?: string; headers?: HeadersInput };
export type WireResponse = {
  url: string;
  redirected: boolean;
  status: number;
  statusText: string;
  headers: [string, string][];
  body: WireBytes | null;
};

export class Response extends Body {
  static {
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'Response', configurable: true });
  }

  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly type: string = 'default';
  /** Where it came from, after redirects; empty for one that was made here. */
  readonly url: string = '';
  readonly redirected: boolean = false;

  constructor(body?: BodyInput, { status = 200, statusText = '', headers }: ResponseOptions = {}) {
    if (!Number.isInteger(status) || status < 200 || status > 599)
      throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
    const own = new Headers(headers);
    super(body, own);
    this.status = status;
    this.statusText = statusText;
    this.headers = own;
  }

  static json(value: unknown, options?: ResponseOptions): Response {
    const headers = new Headers(options?.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(JSON.stringify(value), { ...options, headers });
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  clone(): Response {
    if (this.bodyUsed) throw new TypeError('Response.clone: Body has already been consumed.');
    const { status, statusText, headers, type, url, redirected } = this;
    return Object.assign(new Response(this.body, { status, statusText, headers }), { type, url, redirected });
  }
}

export function responseFromHost({ status, statusText, headers, url, redirected, body }: WireResponse): Response {
  const bytes = body === null ? null : readWireBytes(body);
  return Object.assign(new Response(bytes, { status, statusText, headers }), { type: 'basic', url, redirected });
}
