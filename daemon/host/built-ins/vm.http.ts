import { Headers } from './support/http/headers.ts';
import { Request, type RequestInput, type RequestOptions } from './support/http/request.ts';
import { responseFromHost, Response, type WireResponse } from './support/http/response.ts';
import { tools } from './support/tools.ts';

let lastKey = 0;

/** As in browsers; hosts are those that the template's `net` capabilities name. */
async function fetch(input: RequestInput, options?: RequestOptions): Promise<Response> {
  const request = new Request(input, options);
  const { signal } = request;
  signal?.throwIfAborted();
  const key = `${++lastKey}`;
  const { url, method, redirect, timeoutMs } = request;
  const wire = { key, url, method, redirect, timeoutMs, headers: [...request.headers], body: request.wireBody() };
  const answer = tools.callHostLater('http', 'fetch', [wire]);
  if (signal === null) return responseFromHost((await answer) as WireResponse);
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      tools.callHostLater('http', 'abort', [key]).catch(() => undefined);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever it was aborted with
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort);
  });
  try {
    return responseFromHost((await Promise.race([answer, aborted])) as WireResponse);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
    answer.catch(() => undefined);
  }
}

function get(url: RequestInput, options?: RequestOptions): Promise<Response> {
  return fetch(url, { ...options, method: 'GET' });
}

export const builtIn = { Headers, Request, Response, fetch, get };
