import type * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type { InitializationOptions } from '../../shared/protocol/daemon.protocol.ts';
import type { DaemonLink } from '../daemon/daemon-link.ts';
import { traceChannel } from '../daemon/trace-channel.ts';
import { middleware } from './middleware.ts';
import { SCRIPTS } from './script-files.ts';

/** The library's client, without its own notifications: what the user should know is said in one place, and once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** One connection for language features, over the library's client. */
export class LanguageConnection {
  readonly #client: LanguageClient;
  readonly #link: DaemonLink;
  readonly #trace: vscode.Disposable;

  private constructor(link: DaemonLink, log: vscode.LogOutputChannel) {
    const trace = traceChannel(log);
    this.#link = link;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- whatever has a `dispose` is one to VS Code
    this.#trace = trace;
    const options: LanguageClientOptions = {
      documentSelector: [...SCRIPTS],
      middleware,
      diagnosticCollectionName: 'vmSystem',
      outputChannel: log,
      traceOutputChannel: trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // The window's other connection hears all that.
      initializationOptions: { changes: [], log_level: 'off' } satisfies InitializationOptions,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.#trace.dispose();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
    const streams = { reader: link.output, writer: link.input, detached: true };
    this.#client = new QuietClient('vmSystem', 'VM System', () => Promise.resolve(streams), options);
  }

  /** Rejects when the connection ends before the daemon has answered. */
  static async open(link: DaemonLink, log: vscode.LogOutputChannel): Promise<LanguageConnection> {
    const connection = new LanguageConnection(link, log);
    await connection.#client.start();
    return connection;
  }

  async bind(uri: string, session_id: string | null): Promise<void> {
    await this.#client.sendRequest('vm/document/bind', { uri, session_id });
  }

  /** Says goodbye; never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#trace.dispose();
    await this.#client.dispose(timeoutMs).catch(() => undefined);
    this.#link.leave();
  }
}
