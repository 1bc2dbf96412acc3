import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { Compile, type Validator } from 'typebox/compile';
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/error-codes.ts';
import {
  NOTIFICATIONS,
  REQUESTS,
  type NotificationMethod,
  type NotificationParams,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
} from '../../../shared/protocol/methods.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

export type Received = { method: string; params: unknown };

/** A client that nobody here wrote (vscode-jsonrpc), holding every message against the protocol. */
export class RpcClient {
  readonly connection: MessageConnection;
  /** Every notification so far. */
  readonly received: Received[] = [];

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    const reader = new StreamMessageReader(input);
    // Its timer for the rest of a message goes on for ever where the other side was killed in the middle of one.
    reader.partialMessageTimeout = 0;
    this.connection = createMessageConnection(reader, new StreamMessageWriter(output));
    this.connection.onNotification((method, params) => {
      checkNotification(method, params);
      this.received.push({ method, params });
    });
    // The library keeps these two to itself unless somebody asks.
    this.connection.onNotification('$/logTrace', (params: unknown) => {
      this.received.push({ method: '$/logTrace', params });
    });
    this.connection.onUnhandledProgress((params) => this.received.push({ method: '$/progress', params }));
    this.connection.listen();
  }

  static over(stream: Duplex): RpcClient {
    return new RpcClient(stream, stream);
  }

  async initialize(initializationOptions?: unknown): Promise<unknown> {
    const result: unknown = await this.connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      ...(initializationOptions === undefined ? {} : { initializationOptions }),
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  /** The result, which must be what the protocol says. */
  async request<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    token?: CancellationToken,
  ): Promise<RequestResult<M>> {
    const result: unknown = await this.connection.sendRequest(method, ...(token ? [params, token] : [params]));
    const errors = Compile(REQUESTS[method].result).Errors(result);
    assert.deepEqual(errors, [], `${method}: ${JSON.stringify(result)}`);
    return result as RequestResult<M>;
  }

  /** The error of a request that must fail with `code`, and the number that the table has for it. */
  async refused(code: ErrorCode, method: string, params?: unknown): Promise<ResponseError<{ details: unknown }>> {
    const error = await this.error(method, params);
    assert.equal((error.data as { code?: unknown } | undefined)?.code, code, `${method}: ${error.message}`);
    assert.equal(error.code, ERROR_CODES[code].rpc);
    return error as ResponseError<{ details: unknown }>;
  }

  async error(method: string, params?: unknown): Promise<ResponseError<unknown>> {
    try {
      const result: unknown = await this.connection.sendRequest(method, params);
      assert.fail(`${method} was answered with ${JSON.stringify(result)}`);
    } catch (error) {
      if (error instanceof ResponseError) return error as ResponseError<unknown>;
      throw error;
    }
  }

  /** Parameters of the notifications of a method so far. */
  told<M extends NotificationMethod>(method: M): NotificationParams<M>[] {
    return this.received.filter((each) => each.method === method).map(({ params }) => params as NotificationParams<M>);
  }

  /** Waits until a notification fits. */
  async hear<M extends NotificationMethod>(
    method: M,
    fits: (params: NotificationParams<M>) => boolean = () => true,
  ): Promise<NotificationParams<M>> {
    await waitUntil(() => this.told(method).some(fits), method, 15_000);
    const found = this.told(method).find(fits);
    assert.ok(found);
    return found;
  }
}

const validators = new Map<string, Validator>();

function checkNotification(method: string, params: unknown): void {
  if (!Object.hasOwn(NOTIFICATIONS, method)) return;
  const validator = validators.get(method) ?? Compile(NOTIFICATIONS[method as NotificationMethod].params);
  validators.set(method, validator);
  if (validator.Check(params)) return;
  assert.deepEqual(validator.Errors(params), [], `${method}: ${JSON.stringify(params)}`);
}
