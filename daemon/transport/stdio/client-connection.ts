import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  createMessageConnection,
  ErrorCodes,
  Message,
  type CancellationToken,
  type MessageConnection,
  type ResponseMessage,
} from 'vscode-jsonrpc/node';
import type {
  InitializeParams,
  InitializeResult,
  LogMessageParams,
  ProgressToken,
  TraceValue,
} from 'vscode-languageserver-protocol';
import type {
  DaemonInfo,
  ExperimentalCapabilities,
  InitializationOptions,
} from '../../../shared/protocol/daemon.protocol.ts';
import type {
  NotificationMethod,
  NotificationParams,
  RequestMethod,
  RequestParams,
} from '../../../shared/protocol/methods.ts';
import { duringRequest, idsIn } from '../../services/request-context.ts';
import type { Services } from '../../services/services.ts';
import { ChangeSender } from './change-sender.ts';
import { checkInitializationOptions, checkParams, isRequestMethod } from './check-params.ts';
import { Followers } from './followers.ts';
import { FrameError } from './frame-parser.ts';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import type { AllHandlers, Call } from './handlers.ts';
import { isLanguageRequest, LANGUAGE_CAPABILITIES, LanguageSide } from './language-side.ts';
import { LogSender, type LogSource } from './log-sender.ts';
import { MessageGate } from './message-gate.ts';
import { toResponseError, unknownMethod } from './rpc-error.ts';
import { workDoneProgress } from './work-done-progress.ts';

/** How long a client may take to read that the daemon stops. */
const GOODBYE_MS = 500;

/** Clients send other values too, which mean nothing. */
const TRACED: readonly TraceValue[] = ['messages', 'compact', 'verbose'];

export type ClientStream = { readonly input: Readable; readonly output: Writable };

/** How a connection ended: LSP's exit code for the process that the client started, and why. */
export type ClientEnd = { readonly exit_code: 0 | 1; readonly reason: string };

export type ConnectionParts = {
  readonly services: Services;
  readonly handlers: AllHandlers;
  /** Which of the daemon's clients this is, for its log. */
  readonly number: number;
  readonly daemon: DaemonInfo;
  /** What `ready` says; beside that the daemon is ready, what became of the one before it. */
  readonly greeting: string;
  readonly logger: Logger;
  readonly log: LogSource;
};

/** One client: an editor window, or whatever else speaks LSP. Streams belong to the caller, who ends them after `ended`. */
export class ClientConnection {
  readonly ended: Promise<ClientEnd>;
  readonly #parts: ConnectionParts;
  readonly #writer: FrameWriter;
  readonly #gate: MessageGate;
  readonly #connection: MessageConnection;
  readonly #followers: Followers;
  readonly #changes: ChangeSender;
  readonly #language: LanguageSide;
  #stopChanges = (): void => undefined;
  #log: LogSender | undefined;
  #trace: TraceValue = 'off';
  #resolveEnded: (end: ClientEnd) => void;
  #hasEnded = false;
  #requests = 0;

  constructor({ input, output }: ClientStream, parts: ConnectionParts) {
    this.#parts = parts;
    const { promise, resolve } = Promise.withResolvers<ClientEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#writer = new FrameWriter(output, {
      writing: (message) => {
        if (Message.isResponse(message)) this.#gate.answering(message);
      },
      written: (message) => {
        if (Message.isResponse(message)) this.#gate.answered();
        else this.#gate.settle();
      },
    });
    this.#gate = new MessageGate(
      input,
      (answer) => {
        void this.#writer.write(answer);
      },
      () => this.#writer.waiting,
    );
    const reader = new FrameReader(input, (message, bytes) => this.#gate.admit(message, bytes));
    this.#connection = this.#connect(reader);
    const notify = this.#notify.bind(this);
    this.#followers = new Followers(parts.services, (params) => notify('vm/execution/event', params), parts.logger);
    this.#changes = new ChangeSender(notify, () => this.#tellStatus('behind', 'Some changes were left out.'));
    this.#language = new LanguageSide(parts.services, parts.logger, async (params) => {
      if (!this.#hasEnded) await this.#connection.sendNotification('textDocument/publishDiagnostics', params);
    });
    this.#language.listen(this.#connection);
    this.#connection.listen();
  }

  /** Says goodbye; the connection ends when the client has had the chance to read it. */
  async stop(reason: string): Promise<void> {
    if (this.#hasEnded) return;
    if (this.#gate.lifecycle.isRunning) {
      // A client that does not read must not keep the daemon from stopping.
      await Promise.race([this.#tellStatus('stopping', reason), delay(GOODBYE_MS, undefined, { ref: false })]);
    }
    this.#end({ exit_code: 0, reason });
  }

  #connect(reader: FrameReader): MessageConnection {
    const { logger, number } = this.#parts;
    const log = (message: string): void => {
      logger.debug({ client: number }, message);
    };
    const connection = createMessageConnection(
      reader,
      this.#writer,
      { error: log, warn: log, info: log, log },
      {
        messageStrategy: {
          handleMessage: (message, next) => {
            this.#gate.taken(message);
            return next(message);
          },
        },
      },
    );
    connection.onRequest('initialize', (params: InitializeParams) => this.#initialize(params));
    connection.onRequest('shutdown', () => null);
    connection.onRequest((method, params: unknown, cancellation) => {
      const request_id = `${number}-${++this.#requests}`;
      return duringRequest({ client: number, request_id, ...idsIn(params) }, () =>
        this.#serve(method, params, cancellation),
      );
    });
    connection.onNotification('initialized', () => {
      this.#initialized();
    });
    connection.onNotification('$/setTrace', ({ value }: { value: TraceValue }) => {
      this.#trace = value;
    });
    connection.onNotification('exit', () => {
      this.#end({ exit_code: this.#gate.lifecycle.exitCode, reason: 'the client said exit' });
    });
    connection.onError(([error]) => {
      this.#fail(error);
    });
    connection.onClose(() => {
      this.#end({ exit_code: this.#gate.lifecycle.exitCode, reason: 'the client closed the connection' });
    });
    return connection;
  }

  #initialize(params: InitializeParams): InitializeResult {
    const { daemon, services, log } = this.#parts;
    const { changes: wanted, log_level = 'warn', session_id } = this.#options(params.initializationOptions);
    this.#trace = params.trace ?? 'off';
    this.#stopChanges = services.changes.subscribe((change) => {
      if (wanted?.includes(change.kind) ?? true) this.#changes.add(change);
    });
    this.#language.initialize(params, session_id);
    this.#log = new LogSender(log, log_level, (line) => this.#sendLog(line));
    return {
      serverInfo: { name: 'vm-system', version: daemon.version },
      capabilities: {
        positionEncoding: 'utf-16',
        ...LANGUAGE_CAPABILITIES,
        experimental: { vm: daemon } satisfies ExperimentalCapabilities,
      },
    };
  }

  #initialized(): void {
    void this.#tellStatus('ready', this.#parts.greeting);
    // A client that has just connected cannot know what runs.
    for (const execution of this.#parts.services.executions.running())
      this.#changes.add({ kind: 'execution', execution });
    this.#language.initialized();
  }

  async #serve(method: string, given: unknown, cancellation: CancellationToken): Promise<unknown> {
    const isLanguage = isLanguageRequest(method);
    if (!isLanguage && !isRequestMethod(method)) throw unknownMethod(method);
    await this.#gate.room();
    const started = performance.now();
    try {
      if (isLanguage) return await this.#language.answer(method, given);
      const { workDoneToken, ...params } = (given ?? {}) as { workDoneToken?: ProgressToken };
      const progress = workDoneProgress(this.#connection, workDoneToken);
      const call: Call = { cancellation, followers: this.#followers, language: this.#language, progress };
      return await this.#call(method, checkParams(method, params), call);
    } catch (error) {
      throw toResponseError(error, this.#parts.logger, method);
    } finally {
      const ms = performance.now() - started;
      this.#parts.logger.debug({ method, ms: Math.round(ms * 1_000) / 1_000 }, 'request');
      this.#traceCall(method, given, ms);
    }
  }

  /** The table has a handler for exactly this method's parameters, which the compiler cannot see through the index. */
  #call(method: RequestMethod, params: RequestParams<RequestMethod>, call: Call): unknown {
    const handler = this.#parts.handlers[method] as (params: unknown, call: Call) => unknown;
    return handler(params, call);
  }

  #options(given: unknown): InitializationOptions {
    try {
      return checkInitializationOptions(given);
    } catch (error) {
      this.#gate.lifecycle.initializeRefused();
      throw toResponseError(error, this.#parts.logger, 'initialize');
    }
  }

  #traceCall(method: string, params: unknown, ms: number): void {
    if (!TRACED.includes(this.#trace) || this.#hasEnded) return;
    const verbose = this.#trace === 'verbose' ? { verbose: JSON.stringify(params) } : {};
    const message = `${method} took ${ms.toFixed(1)} ms`;
    void this.#connection.sendNotification('$/logTrace', { message, ...verbose });
  }

  #tellStatus(state: NotificationParams<'vm/daemon/status'>['state'], message: string): Promise<void> {
    return this.#notify('vm/daemon/status', { state, message, daemon: this.#parts.daemon });
  }

  async #notify<M extends NotificationMethod>(method: M, params: NotificationParams<M>): Promise<void> {
    if (!this.#hasEnded) await this.#connection.sendNotification(method, params);
  }

  async #sendLog(line: LogMessageParams): Promise<void> {
    if (!this.#hasEnded) await this.#connection.sendNotification('window/logMessage', line);
  }

  /** What came cannot be understood, or the stream broke. The first is told to the client, if it still listens. */
  #fail(error: Error): void {
    if (this.#hasEnded) return;
    if (!(error instanceof FrameError)) {
      this.#end({ exit_code: 1, reason: `the connection broke: ${error.message}` });
      return;
    }
    const reason = `the client does not speak LSP: ${error.message}`;
    this.#parts.logger.warn({ client: this.#parts.number, err: error }, reason);
    const answer: ResponseMessage = {
      jsonrpc: '2.0',
      id: null,
      error: { code: ErrorCodes.ParseError, message: reason },
    };
    void this.#writer.write(answer);
    this.#end({ exit_code: 1, reason });
  }

  #end(end: ClientEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopChanges();
    this.#log?.dispose();
    this.#changes.dispose();
    this.#followers.dispose();
    this.#language.dispose();
    this.#connection.dispose();
    this.#resolveEnded(end);
  }
}
