import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  Trace,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type {
  DaemonInfo,
  ExperimentalCapabilities,
  InitializationOptions,
} from '../../shared/protocol/daemon.protocol.ts';
import type { NotificationMethod } from '../../shared/protocol/methods.ts';
import { traceLevel } from '../settings.ts';
import type { DaemonLink } from './daemon-link.ts';

export type ConnectionParts = {
  link: DaemonLink;
  log: vscode.LogOutputChannel;
  onNotification: (method: NotificationMethod, params: unknown) => void;
  /** The connection is over, and nobody here asked for it. Not called before it is open. */
  onClosed: () => void;
};

/** Every notification of the protocol; a missing one does not compile. */
const NOTIFIED = Object.keys({
  'vm/session/changed': true,
  'vm/execution/changed': true,
  'vm/execution/event': true,
  'vm/template/changed': true,
  'vm/daemon/status': true,
} satisfies Record<NotificationMethod, true>) as NotificationMethod[];

/** LSP's MessageType, by the methods of a log. */
const LEVELS = { 1: 'error', 2: 'warn', 3: 'info', 4: 'debug', 5: 'debug' } as const;

type InitializeResult = { capabilities: { experimental: ExperimentalCapabilities } };

/**
 * One connection for everything but the language features, from `initialize` to its end; the next one is another. It
 * does without the library for those, which takes longer to load than the daemon to start.
 */
export class Connection {
  readonly #connection: MessageConnection;
  readonly #link: DaemonLink;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscription: vscode.Disposable;
  #daemon: DaemonInfo | undefined;
  #isClosing = false;

  private constructor({ link, log, onNotification, onClosed }: ConnectionParts) {
    this.#link = link;
    this.#log = log;
    this.#connection = createMessageConnection(
      new StreamMessageReader(link.output),
      new StreamMessageWriter(link.input),
      { error: log.error.bind(log), warn: log.warn.bind(log), info: log.info.bind(log), log: log.debug.bind(log) },
    );
    for (const method of NOTIFIED) {
      this.#connection.onNotification(method, (params: unknown) => {
        onNotification(method, params);
      });
    }
    this.#connection.onNotification('window/logMessage', ({ type, message }: LogMessage) => {
      log[LEVELS[type]](message);
    });
    this.#subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('vmSystem.trace')) void this.#trace();
    });
    this.#connection.onClose(() => {
      this.#end();
      if (this.#daemon !== undefined && !this.#isClosing) onClosed();
    });
    this.#connection.listen();
  }

  /** Rejects when the connection ends before the daemon has answered. */
  static async open(parts: ConnectionParts): Promise<Connection> {
    const connection = new Connection(parts);
    await connection.#initialize();
    return connection;
  }

  get daemon(): DaemonInfo {
    if (this.#daemon === undefined) throw new Error('the connection is not open');
    return this.#daemon;
  }

  request(method: string, params: object, token?: vscode.CancellationToken): Promise<unknown> {
    // With a token of `undefined` the library would send two parameters, by position.
    return token === undefined
      ? this.#connection.sendRequest(method, params)
      : this.#connection.sendRequest(method, params, token);
  }

  /** Says goodbye; never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    await Promise.race([this.#sayGoodbye().catch(() => undefined), delay(timeoutMs, undefined, { ref: false })]);
    this.#end();
    this.#link.leave();
  }

  async #initialize(): Promise<void> {
    if (traceLevel() !== 'off') await this.#trace();
    const initializationOptions: InitializationOptions = { log_level: 'info' };
    const params = { processId: null, rootUri: null, capabilities: {}, initializationOptions };
    const { capabilities } = await this.#connection.sendRequest<InitializeResult>('initialize', params);
    this.#daemon = capabilities.experimental.vm;
    void this.#connection.sendNotification('initialized', {});
  }

  async #sayGoodbye(): Promise<void> {
    await this.#connection.sendRequest('shutdown');
    await this.#connection.sendNotification('exit');
  }

  /** What is asked and answered goes to the log as the setting wants it. */
  #trace(): Promise<void> {
    const tracer = {
      log: (message: unknown, data?: string) => {
        this.#log.info(data === undefined ? String(message) : `${String(message)}\n${data}`);
      },
    };
    return this.#connection.trace(Trace.fromString(traceLevel()), tracer, false);
  }

  #end(): void {
    this.#subscription.dispose();
    this.#connection.dispose();
  }
}

type LogMessage = { type: keyof typeof LEVELS; message: string };
