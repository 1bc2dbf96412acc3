import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { CancellationTokenSource, ResponseError, type Disposable } from 'vscode-jsonrpc/node';
import { Compile, type Validator } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../shared/errors/error-codes.ts';
import type { RpcErrorData } from '../../daemon/transport/stdio/rpc-error.ts';
import type { ErrorEnvelope } from '../../shared/errors/vm-error.ts';
import { REQUESTS } from '../../shared/protocol/methods.ts';
import { closed, type Contract } from '../transport/rest/contract.ts';
import type { FuzzDaemon } from './fuzz-daemon.ts';
import type { LiveIds } from './live-ids.ts';
import type { RestCall } from './rest-call.ts';
import type { RpcCall } from './rpc-call.ts';

/** Far above what any call may take; whoever needs it hangs. */
const DEADLINE_MS = 20_000;

/** A stream of a session goes on for ever; so much of it is looked at. */
const STREAM_MS = 20;

/** The only failure on the daemon's side that a caller may bring about: documented, and so told. */
const ALLOWED_5XX: readonly ErrorCode[] = ['SESSION_LIMIT_REACHED'];

/** Makes generated calls, and holds each answer against the contract. `check` throws an AssertionError with what was sent. */
export class Caller {
  readonly #target: FuzzDaemon;
  readonly #ids: LiveIds;
  readonly #contract: Contract;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #results = new Map<string, Validator>();

  constructor(target: FuzzDaemon, ids: LiveIds, contract: Contract) {
    this.#target = target;
    this.#ids = ids;
    this.#contract = contract;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Says what it came to, to be counted. */
  async check(call: RestCall | RpcCall): Promise<string> {
    const isBackup = JSON.stringify(call).includes('/backup"') || ('operation' in call && call.operation === 'backup');
    const filled = this.#target.fill(this.#ids.fill(call), isBackup) as RestCall | RpcCall;
    try {
      return filled.transport === 'rest' ? await this.#checkRest(filled) : await this.#checkRpc(filled);
    } catch (error) {
      const sent = JSON.stringify(filled);
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const told = `${sent.slice(0, 4_000)}\nwas answered against the contract: ${why}\n${await this.#target.aboutAll(sent)}`;
      throw new Error(told, { cause: error });
    }
  }

  async #checkRest(call: RestCall): Promise<string> {
    const path = call.template.replace(/\{(\w+)\}/g, (_, name: string) => encode(call.path[name]));
    const query = Object.entries(call.query).map(([name, value]) => `${name}=${encode(value)}`);
    const url = query.length === 0 ? path : `${path}?${query.join('&')}`;
    const payload = payloadOf(call.body);
    const sent = request(new URL(this.#target.daemon.url), {
      method: call.method,
      path: url,
      agent: this.#agent,
      headers: { ...bodyHeaders(payload, call.headers), ...call.headers },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    sent.end(payload);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode: status = 0, headers } = answer;
    assert.match(String(headers['x-request-id']), /^[A-Za-z0-9._-]{1,128}$/, 'X-Request-Id');
    assert.equal(headers['access-control-allow-origin'], undefined, 'no CORS');
    if (headers['content-type']?.startsWith('text/event-stream') === true) {
      setTimeout(() => answer.destroy(), STREAM_MS);
      await text(answer).catch(() => undefined);
      return 'stream';
    }
    const body: unknown = JSON.parse(await text(answer));
    if (status >= 400) return this.#checkEnvelope(call.method, url, status, body);
    this.#contract.check(call.method, url, status, body);
    this.#ids.learn(body);
    return 'ok';
  }

  #checkEnvelope(method: string, url: string, status: number, body: unknown): string {
    const { error } = body as ErrorEnvelope & { error: { code: ErrorCode } };
    assert.deepEqual(Object.keys(body as object), ['error']);
    assert.deepEqual(Object.keys(error), ['code', 'message', 'details']);
    assert.equal(ERROR_CODES[error.code].http, status);
    if (status >= 500) assert.ok(ALLOWED_5XX.includes(error.code), JSON.stringify(body));
    // An empty path parameter is the path of no route.
    if (error.code !== 'ROUTE_NOT_FOUND') this.#contract.check(method, url, status, body);
    if (status === 404) this.#ids.forget(error.details);
    return error.code;
  }

  async #checkRpc({ method, params, cancelled }: RpcCall): Promise<string> {
    const source = new CancellationTokenSource();
    const { connection } = this.#target.rpc;
    const args = params === undefined ? [source.token] : [params, source.token];
    const answer = connection.sendRequest<unknown>(method, ...args);
    if (cancelled)
      setImmediate(() => {
        source.cancel();
      });
    let late: NodeJS.Timeout | undefined;
    let ended: Disposable | undefined;
    const deadline = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        reject(new Error(`no answer within ${DEADLINE_MS} ms`));
      }, DEADLINE_MS);
      ended = connection.onClose(() => {
        reject(new Error('the daemon ended the connection'));
      });
    });
    try {
      const result = await Promise.race([answer, deadline]);
      this.#checkResult(method, result);
      return 'ok';
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error;
      const told = checkRpcError(error as ResponseError<unknown>, cancelled);
      if (told === undefined) return 'cancelled';
      if (ERROR_CODES[told.code].http === 404) this.#ids.forget(told.details);
      return told.code;
    } finally {
      clearTimeout(late);
      ended?.dispose();
    }
  }

  #checkResult(method: string, result: unknown): void {
    const definition = (REQUESTS as Record<string, { result: TSchema } | undefined>)[method];
    assert.ok(definition, `${method} is no method of the protocol`);
    const validator = this.#results.get(method) ?? Compile(closed(definition.result) as TSchema);
    this.#results.set(method, validator);
    assert.deepEqual(validator.Errors(result), [], JSON.stringify(result).slice(0, 2_000));
    this.#ids.learn(result);
  }
}

const REQUEST_CANCELLED = -32800;
const METHOD_NOT_FOUND = -32601;
const INVALID_REQUEST = -32600;

function checkRpcError({ code, message, data }: ResponseError<unknown>, cancelled: boolean): RpcErrorData | undefined {
  if (cancelled && code === REQUEST_CANCELLED) return undefined;
  const told = data as RpcErrorData | undefined;
  assert.ok(told, `no data in the error ${code}: ${message}`);
  assert.deepEqual(Object.keys(told), ['code', 'details']);
  const { rpc, http } = ERROR_CODES[told.code];
  // Two of LSP's own codes are kept for what LSP itself defines.
  const byLsp = (told.code === 'ROUTE_NOT_FOUND' && code === METHOD_NOT_FOUND) || code === INVALID_REQUEST;
  if (!byLsp) assert.equal(code, rpc, message);
  if (http >= 500) assert.ok(ALLOWED_5XX.includes(told.code), `${told.code}: ${message}`);
  return told;
}

function payloadOf(body: RestCall['body']): string | Buffer | undefined {
  if (body === undefined) return undefined;
  if ('json' in body) return JSON.stringify(body.json);
  return 'text' in body ? body.text : Buffer.from(body.bytes);
}

/** Node's client sends a body of GET without its length unless it is told. */
function bodyHeaders(payload: string | Buffer | undefined, given: Record<string, string>): Record<string, string> {
  if (payload === undefined) return {};
  const length = 'transfer-encoding' in given ? {} : { 'content-length': String(Buffer.byteLength(payload)) };
  return { 'content-type': 'application/json', ...length };
}

/** Percent-encoded; halves of a surrogate pair have no UTF-8. */
function encode(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed().slice(0, 2_000));
}
