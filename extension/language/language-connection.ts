import type * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  type Executable,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type { InitializationOptions } from '../../shared/protocol/daemon.protocol.ts';
import type { DaemonPlace } from '../daemon/daemon-place.ts';
import { traceChannel } from '../daemon/trace-channel.ts';
import { middleware } from './middleware.ts';
import { SCRIPTS } from './script-files.ts';

/** The library's client, without its own notifications: what the user should know is said in one place, and once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export type LanguageConnectionParts = {
  place: DaemonPlace;
  log: vscode.LogOutputChannel;
  /** It is over, and nobody here asked for it. */
  onClosed: () => void;
};

/** One connection for language features: the library's client, over standard input and output of `daemon --stdio`. */
export class LanguageConnection {
  readonly #client: LanguageClient;
  readonly #trace: vscode.Disposable;
  #isClosing = false;

  private constructor({ place, log, onClosed }: LanguageConnectionParts) {
    const trace = traceChannel(log);
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
          if (!this.#isClosing) onClosed();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
    this.#client = new QuietClient('vmSystem', 'VM System', standardStreams(place), options);
  }

  /** Rejects when the connection ends before the daemon has answered. */
  static async open(parts: LanguageConnectionParts): Promise<LanguageConnection> {
    const connection = new LanguageConnection(parts);
    await connection.#client.start();
    return connection;
  }

  async bind(uri: string, session_id: string | null): Promise<void> {
    await this.#client.sendRequest('vm/document/bind', { uri, session_id });
  }

  /** Says goodbye; never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    this.#trace.dispose();
    await this.#client.dispose(timeoutMs).catch(() => undefined);
  }
}

function standardStreams({ node, entry, env, dataDirectory }: DaemonPlace): Executable {
  const where = dataDirectory === undefined ? [] : ['--data-dir', dataDirectory];
  return {
    command: node,
    // The window's own connection starts a daemon when one is needed: somebody may have stopped it just now.
    args: [entry, 'daemon', '--stdio', '--no-start', ...where],
    transport: TransportKind.stdio,
    options: { env },
  };
}
