import type { ChildProcess } from 'node:child_process';
import type * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type {
  DaemonInfo,
  ExperimentalCapabilities,
  InitializationOptions,
} from '../../shared/protocol/daemon.protocol.ts';
import type { NotificationMethod } from '../../shared/protocol/methods.ts';
import { middleware } from '../language/middleware.ts';
import { SCRIPTS } from '../language/script-files.ts';
import { traceChannel } from './trace-channel.ts';

export type ConnectionParts = {
  /** The process that speaks with the daemon. */
  child: ChildProcess;
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

/** The library's client, without its own notifications: what the user should know is said in one place, and once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** One connection over the library's client, from `initialize` to its end; the next connection is another one. */
export class Connection {
  readonly #client: LanguageClient;
  readonly #trace: vscode.Disposable;

  private constructor({ child, log, onNotification, onClosed }: ConnectionParts) {
    const trace = traceChannel(log);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- whatever has a `dispose` is one to VS Code
    this.#trace = trace;
    const closed = {
      action: CloseAction.DoNotRestart,
      handled: true,
      message: 'The connection to the daemon has ended.',
    };
    const options: LanguageClientOptions = {
      documentSelector: [...SCRIPTS],
      middleware,
      diagnosticCollectionName: 'vmSystem',
      outputChannel: log,
      traceOutputChannel: trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { log_level: 'info' } satisfies InitializationOptions,
      initializationFailedHandler: () => false,
      // Their lines come by DaemonProcess, which needs them as well.
      stdioOptions: { stdout: () => undefined, stderr: () => undefined },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.#trace.dispose();
          onClosed();
          return closed;
        },
      },
    };
    this.#client = new QuietClient('vmSystem', 'VM System', () => Promise.resolve(child), options);
    for (const method of NOTIFIED) {
      this.#client.onNotification(method, (params: unknown) => {
        onNotification(method, params);
      });
    }
  }

  /** Rejects when the process ends before it has answered. */
  static async open(parts: ConnectionParts): Promise<Connection> {
    const connection = new Connection(parts);
    await connection.#client.start();
    return connection;
  }

  get daemon(): DaemonInfo {
    return (this.#client.initializeResult?.capabilities.experimental as ExperimentalCapabilities).vm;
  }

  request(method: string, params: object, token?: vscode.CancellationToken): Promise<unknown> {
    // With a token of `undefined` the library would send two parameters, by position.
    return token === undefined
      ? this.#client.sendRequest(method, params)
      : this.#client.sendRequest(method, params, token);
  }

  /** Says goodbye; never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#trace.dispose();
    await this.#client.dispose(timeoutMs).catch(() => undefined);
  }
}
