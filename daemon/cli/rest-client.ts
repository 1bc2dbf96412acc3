import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { ErrorEnvelope } from '../../shared/errors/vm-error.ts';
import { ApiError, NoDaemonError } from './cli-errors.ts';
import { parseEventStream } from './event-stream.ts';

export type RestClientOptions = {
  /** For example http://127.0.0.1:3210, without a slash at the end. */
  serverUrl: string;
  token: string | undefined;
};

type Query = Record<string, string | number | boolean | undefined>;
/** `after`: the id of the last event that is known. Aborted, the stream fails. */
type StreamOptions = { query?: Query; after?: string; signal?: AbortSignal };

type Call = {
  method: string;
  path: string;
  body?: unknown;
  query?: Query | undefined;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/**
 * A small client of the REST API: paths below /api/v1, JSON both ways. Every method throws ApiError when the daemon
 * refuses, and NoDaemonError when nobody answers, or something that is no daemon.
 */
export class RestClient {
  readonly serverUrl: string;
  readonly #token: string | undefined;

  constructor({ serverUrl, token }: RestClientOptions) {
    this.serverUrl = serverUrl;
    this.#token = token;
  }

  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this.#json({ method: 'GET', path, query, ...(signal === undefined ? {} : { signal }) });
  }

  post<T>(path: string, body: unknown, query?: Query): Promise<T> {
    return this.#json({ method: 'POST', path, body, query });
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#json({ method: 'PUT', path, body });
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json({ method: 'PATCH', path, body });
  }

  delete<T>(path: string): Promise<T> {
    return this.#json({ method: 'DELETE', path });
  }

  /** Resolves when a daemon answers; a server that says nothing for `timeoutMs` is none. */
  async reach(timeoutMs: number): Promise<void> {
    const answer = await this.#json({ method: 'GET', path: 'health', signal: AbortSignal.timeout(timeoutMs) });
    if ((answer as { status?: unknown } | null)?.status !== 'ok') throw this.#foreign(200);
  }

  /** Opens a stream of Server-Sent Events and yields the data of each. Ends when the daemon says that it is over. */
  async *stream<T>(path: string, { query, after, signal }: StreamOptions = {}): AsyncGenerator<T, void> {
    const headers = { accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': after }) };
    const response = await this.#send({
      method: 'GET',
      path,
      query,
      headers,
      ...(signal === undefined ? {} : { signal }),
    });
    if ((response.statusCode ?? 0) >= 400) throw this.#refusal(response, await this.#read(response));
    response.setEncoding('utf8');
    const complete = yield* parseEventStream<T>(this.#chunks<string>(response));
    if (!complete) throw this.#lost();
  }

  async #json<T>(call: Call): Promise<T> {
    const response = await this.#send(call);
    const text = await this.#read(response);
    const status = response.statusCode ?? 0;
    if (status >= 400) throw this.#refusal(response, text);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw this.#foreign(status);
    }
  }

  async #send({ method, path, body, query = {}, headers = {}, signal }: Call): Promise<IncomingMessage> {
    const url = new URL(`${this.serverUrl}/api/v1/${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      headers: {
        ...headers,
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
      ...(signal === undefined ? {} : { signal }),
    };
    const outgoing = await openRequest(url, options);
    outgoing.end(text);
    try {
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      return response;
    } catch (error) {
      throw new NoDaemonError(`no daemon answers at ${this.serverUrl}; start one with: vm-system serve`, {
        cause: error,
      });
    }
  }

  async #read(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#chunks<Buffer>(response)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  async *#chunks<T>(response: IncomingMessage): AsyncGenerator<T, void> {
    try {
      yield* response as AsyncIterable<T>;
    } catch (error) {
      throw this.#lost(error);
    }
  }

  #refusal(response: IncomingMessage, text: string): Error {
    const status = response.statusCode ?? 0;
    const requestId = response.headers['x-request-id'];
    const envelope = parseEnvelope(text);
    if (envelope === undefined) return this.#foreign(status);
    return new ApiError(envelope, status, typeof requestId === 'string' ? requestId : undefined);
  }

  #foreign(status: number): NoDaemonError {
    return new NoDaemonError(
      `what answers at ${this.serverUrl} is no vm-system daemon (HTTP ${status}); name the daemon's address with --server-url`,
    );
  }

  #lost(cause?: unknown): NoDaemonError {
    return new NoDaemonError(`the daemon at ${this.serverUrl} went away before it had answered`, { cause });
  }
}

/** Not the built-in fetch: in a new process its first request takes 40 ms and more, this one's 5. Connections are kept too. */
async function openRequest(url: URL, options: RequestOptions): Promise<ClientRequest> {
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  return request(url, options);
}

function parseEnvelope(text: string): ErrorEnvelope['error'] | undefined {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorEnvelope>;
    return typeof error?.code === 'string' && typeof error.message === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
