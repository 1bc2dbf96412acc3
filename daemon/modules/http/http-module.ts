import { isUtf8 } from 'node:buffer';
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, fetch, type Response } from 'undici';
import { MAX_CALL_BYTES, type ModulePolicy } from '../../../shared/ipc/call-messages.ts';
import { Denied, ModuleError } from '../denied.ts';
import type { CallContext, HostModule } from '../host-module.ts';
import { followUp, requestOf, type HttpRequest } from './http-request.ts';
import { NetRules, targetOf } from './net-rules.ts';

/** As browsers have it. */
const MAX_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CONNECT_MS = 10_000;
/** How long a server may be silent. */
const SILENCE_MS = 30_000;
const MAX_CONNECTIONS = 32;
/** What JSON has to escape takes up to six times its length: no matter below. */
const MIN_COMPARED = 1024 * 1024;

export type WireResponse = {
  url: string;
  redirected: boolean;
  status: number;
  statusText: string;
  headers: [string, string][];
  body: { text: string } | { base64: string } | null;
};

/** Asks for the addresses of a name. */
export type Resolve = (host: string, answer: (error: Error | null, addresses: LookupAddress[]) => void) => void;

function resolveBySystem(...[host, answer]: Parameters<Resolve>): void {
  systemLookup(host, { all: true }, answer);
}

/** HTTP for a session: to the hosts that the template names, and no proxy in between. */
export class HttpModule implements HostModule {
  readonly #rules: NetRules;
  readonly #resolve: Resolve;
  /** By origin: what is connected for one may not be used for another. */
  readonly #agents = new Map<string, Agent>();
  readonly #running = new Map<string, AbortController>();

  constructor(policy: ModulePolicy, resolve: Resolve = resolveBySystem) {
    this.#rules = new NetRules(policy.net);
    this.#resolve = resolve;
  }

  async call(name: string, args: readonly unknown[], context: CallContext): Promise<unknown> {
    if (name === 'abort') {
      this.#running.get(String(args[0]))?.abort();
      return undefined;
    }
    if (name !== 'fetch') throw new ModuleError('ERR_METHOD_NOT_IMPLEMENTED', `http.${name.slice(0, 40)} is not there`);
    const request = requestOf(args[0]);
    const own = new AbortController();
    const signal = AbortSignal.any([context.signal, own.signal, AbortSignal.timeout(request.timeoutMs)]);
    this.#running.set(request.key, own);
    try {
      return await this.#follow(request, context, signal);
    } finally {
      this.#running.delete(request.key);
    }
  }

  close(): void {
    for (const running of this.#running.values()) running.abort();
    for (const agent of this.#agents.values()) void agent.destroy();
  }

  async #follow(given: HttpRequest, context: CallContext, signal: AbortSignal): Promise<WireResponse> {
    let request = given;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#send(request, context, signal);
      const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
      if (location === null || given.redirect === 'manual') return await wire(response, request.url, redirects > 0, signal); // prettier-ignore
      void response.body?.cancel();
      if (given.redirect === 'error') throw failed('ERR_REDIRECT', 'unexpected redirect');
      if (redirects === MAX_REDIRECTS) throw failed('ERR_REDIRECT', 'redirect count exceeded');
      request = followUp(request, response.status, location);
    }
  }

  async #send(request: HttpRequest, context: CallContext, signal: AbortSignal): Promise<Response> {
    const { url, method, headers, body } = request;
    const target = targetOf(url);
    this.#rules.checkTarget(target);
    // The query may hold secrets.
    context.allow(`net:${target.host}`, `http.fetch("${method} ${url.origin}${url.pathname.slice(0, 200)}")`);
    const dispatcher = this.#agent(url);
    const sent = { method, headers, dispatcher, signal, redirect: 'manual' as const };
    try {
      return await fetch(url, body === null ? sent : { ...sent, body });
    } catch (error) {
      throw failureOf(error, signal, url);
    }
  }

  #agent(url: URL): Agent {
    let agent = this.#agents.get(url.origin);
    if (agent !== undefined) return agent;
    const connect = { lookup: this.#lookupFor(url), timeout: CONNECT_MS };
    agent = new Agent({ connect, connections: MAX_CONNECTIONS, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, allowH2: false }); // prettier-ignore
    this.#agents.set(url.origin, agent);
    return agent;
  }

  /** Looks names up for one origin, and gives only addresses that may be connected to. */
  #lookupFor(url: URL): LookupFunction {
    const target = targetOf(url);
    return (host, options, callback) => {
      this.#resolve(host, (error, found) => {
        if (error !== null) {
          callback(error, []);
          return;
        }
        let refusal: unknown;
        const addresses = found.filter(({ address }) => {
          try {
            this.#rules.checkAddress(target, address);
            return true;
          } catch (denied) {
            refusal = denied;
            return false;
          }
        });
        const [first] = addresses;
        if (first === undefined) callback((refusal ?? notFound(host)) as NodeJS.ErrnoException, []);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    };
  }
}

/** Reads what comes, as far as one answer may go: what is packed counts as it is unpacked. */
async function wire(response: Response, url: URL, redirected: boolean, signal: AbortSignal): Promise<WireResponse> {
  const { status, statusText } = response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += (chunk as Uint8Array).length;
      if (size > MAX_CALL_BYTES) throw failed('ERR_OUT_OF_RANGE', `the answer is larger than ${MAX_CALL_BYTES} bytes`);
      chunks.push(chunk as Uint8Array);
    }
  } catch (error) {
    throw failureOf(error, signal, url);
  }
  const body = wireBody(Buffer.concat(chunks));
  const bare = new URL(url);
  bare.hash = '';
  return { url: bare.href, redirected, status, statusText, headers: [...response.headers], body: response.body === null ? null : body }; // prettier-ignore
}

/** As text where that is what it is, and shorter. */
function wireBody(bytes: Buffer): WireResponse['body'] {
  const base64 = { base64: bytes.toString('base64') };
  if (!isUtf8(bytes)) return base64;
  const text = { text: bytes.toString('utf8') };
  return bytes.length < MIN_COMPARED || JSON.stringify(text).length < JSON.stringify(base64).length ? text : base64;
}

/** Undici's errors say why in their causes; ours is among them when an address was refused. */
function failureOf(error: unknown, signal: AbortSignal, { host }: URL): Error {
  const { reason } = signal as { reason: unknown };
  if (signal.aborted)
    return (reason as Error).name === 'TimeoutError'
      ? failed('ETIMEDOUT', `no complete answer from ${host} in time`)
      : new ModuleError('ABORT_ERR', 'This operation was aborted');
  let cause = error as NodeJS.ErrnoException;
  while (!(cause instanceof Denied) && cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof Denied || cause instanceof ModuleError) return cause;
  const why = cause instanceof AggregateError ? ((cause.errors[0] as Error | undefined) ?? cause) : cause;
  return failed((why as NodeJS.ErrnoException).code ?? 'ERR_FETCH', why.message);
}

function failed(code: string, why: string): ModuleError {
  return new ModuleError(code, `fetch failed: ${why}`, { name: 'TypeError' });
}

function notFound(host: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
}
