import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { ApiError, NoDaemonError } from './cli-errors.ts';

export type RestClientOptions = {
  /** For example http://127.0.0.1:3210. */
  serverUrl: string;
  token: string | undefined;
};

type Query = Record<string, string | number | boolean | undefined>;

/** A small client of the REST API: paths below /api/v1, JSON both ways, errors as ApiError. */
export class RestClient {
  readonly serverUrl: string;
  readonly #token: string | undefined;

  constructor({ serverUrl, token }: RestClientOptions) {
    this.serverUrl = serverUrl;
    this.#token = token;
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#json('GET', path, undefined, query);
  }

  post<T>(path: string, body: unknown, query?: Query): Promise<T> {
    return this.#json('POST', path, body, query);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json('PATCH', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#json('DELETE', path);
  }

  /** Opens a stream of Server-Sent Events and yields the data of each, parsed. Ends with the stream. */
  async *stream<T>(path: string, lastEventId?: string): AsyncGenerator<T, void> {
    const headers = {
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    const response = await this.#send('GET', path, undefined, undefined, headers);
    if ((response.statusCode ?? 0) >= 400) throw apiError(response, await readText(response));
    let rest = '';
    response.setEncoding('utf8');
    for await (const chunk of response as AsyncIterable<string>) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        if (frame.includes('event: end\n')) return;
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data !== undefined) yield JSON.parse(data) as T;
      }
    }
  }

  async #json<T>(method: string, path: string, body?: unknown, query?: Query): Promise<T> {
    const response = await this.#send(method, path, body, query);
    const text = await readText(response);
    if ((response.statusCode ?? 0) >= 400) throw apiError(response, text);
    return JSON.parse(text) as T;
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    query?: Query,
    more: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    const url = new URL(`/api/v1/${path}`, this.serverUrl);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { ...more };
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    if (text !== undefined) headers['content-type'] = 'application/json';
    const outgoing = request(url, { method, headers });
    outgoing.end(text);
    try {
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      return response;
    } catch (error) {
      throw new NoDaemonError(this.serverUrl, error);
    }
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function apiError(response: IncomingMessage, text: string): ApiError {
  try {
    return new ApiError((JSON.parse(text) as { error: ConstructorParameters<typeof ApiError>[0] }).error);
  } catch {
    const message = `the server answered ${response.statusCode ?? 0}, and not as a vm-system daemon does`;
    return new ApiError({ code: 'INTERNAL', message, details: {} });
  }
}
