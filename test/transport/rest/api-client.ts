import assert from 'node:assert/strict';
import type { ErrorEnvelope } from '../../../shared/errors/vm-error.ts';
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/error-codes.ts';
import { Contract, type OpenApi } from './contract.ts';

export type Answer<T = unknown> = { status: number; headers: Record<string, unknown>; body: T };

export type Request = { method: string; url: string; headers: Record<string, string>; payload?: string };

/** Sends requests in whatever way, and holds every answer against the documented contract. */
export class ApiClient {
  readonly #send: (request: Request) => Promise<Answer<string>>;
  #contract: Contract | undefined;

  constructor(send: (request: Request) => Promise<Answer<string>>) {
    this.#send = send;
  }

  /** @param path below /api/v1, or with a leading slash as it is */
  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const url = path.startsWith('/') ? path : `/api/v1/${path}`;
    const isJson = body !== undefined && typeof body !== 'string';
    const answer = await this.#send({
      method,
      url,
      headers: { host: '127.0.0.1', ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { payload: isJson ? JSON.stringify(body) : body }),
    });
    assert.match(String(answer.headers['x-request-id']), /^[A-Za-z0-9._-]{1,128}$/, 'X-Request-Id');
    assert.equal(answer.headers['access-control-allow-origin'], undefined, 'no CORS');
    const parsed: unknown = isJsonAnswer(answer) ? JSON.parse(answer.body) : answer.body;
    (await this.#contractOf()).check(method, url, answer.status, parsed);
    return { ...answer, body: parsed as T };
  }

  /** The body of a call that must succeed. */
  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The error of a call that must fail with `code`, and with the status that the table has for it. */
  async refused(
    code: ErrorCode,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ErrorEnvelope['error']> {
    const answer = await this.call<Partial<ErrorEnvelope>>(method, path, body, headers);
    const what = `${method} ${path} ${shorten(body)}: ${JSON.stringify(answer.body)}`;
    const { error } = answer.body;
    assert.equal(error?.code, code, what);
    assert.equal(answer.status, ERROR_CODES[code].http, what);
    assert.deepEqual(Object.keys(error), ['code', 'message', 'details'], what);
    return error;
  }

  async #contractOf(): Promise<Contract> {
    if (this.#contract !== undefined) return this.#contract;
    const { body } = await this.#send({ method: 'GET', url: '/openapi.json', headers: { host: '127.0.0.1' } });
    return (this.#contract = new Contract(JSON.parse(body) as OpenApi));
  }
}

function isJsonAnswer({ headers, body }: Answer<string>): boolean {
  return String(headers['content-type']).startsWith('application/json') && body !== '';
}

export function shorten(body: unknown): string {
  return body === undefined ? '' : JSON.stringify(body).slice(0, 80);
}
