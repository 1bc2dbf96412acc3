import * as vscode from 'vscode';
import type { DaemonInfo } from '../../shared/protocol/daemon.protocol.ts';
import type {
  NotificationMethod,
  NotificationParams,
  RequestMethod,
  RequestParams,
  RequestResult,
} from '../../shared/protocol/methods.ts';
import type { Connection } from './connection.ts';
import type { DaemonCommand } from './daemon-command.ts';
import { DaemonProcess } from './daemon-process.ts';
import { RestartPolicy } from './restart-policy.ts';

/** off: nobody needed it yet. down: it ended and is not started by itself; `reason` says why. */
export type ConnectionState =
  | { kind: 'off' }
  | { kind: 'connecting' }
  | { kind: 'connected'; daemon: DaemonInfo }
  | { kind: 'down'; reason: string };

/** With this exit code the process says that the daemon has ended unexpectedly, and that the next can be reached. */
const EXIT_DAEMON_LOST = 75;

/** A window that closes may be gone after 150 ms. */
const GOODBYE_MS = 100;

/** Everything that is said to the daemon, and heard from it. Nothing is started before somebody asks for something. */
export class DaemonClient implements vscode.Disposable {
  readonly #command: () => DaemonCommand;
  readonly #log: () => vscode.LogOutputChannel;
  readonly #policy = new RestartPolicy();
  readonly #notified = new Map<NotificationMethod, vscode.EventEmitter<unknown>>();
  readonly #stateChanged = new vscode.EventEmitter<ConnectionState>();
  readonly #connected = new vscode.EventEmitter<DaemonInfo>();
  readonly #lost = new vscode.EventEmitter<string>();
  #state: ConnectionState = { kind: 'off' };
  #opening: Promise<Connection> | undefined;
  #process: DaemonProcess | undefined;
  #goodbye: string | undefined;
  #disposed = false;
  readonly onDidChangeState = this.#stateChanged.event;
  /** Fires at each connection, also at the one after the daemon was lost. What was known before may be outdated. */
  readonly onConnected = this.#connected.event;
  /** The daemon has ended unexpectedly, for this reason, and is being started again. */
  readonly onLost = this.#lost.event;

  constructor(command: () => DaemonCommand, log: () => vscode.LogOutputChannel) {
    this.#command = command;
    this.#log = log;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves when there is a connection; the first to ask makes it. Rejects with an Error that says why there is none. */
  async connected(): Promise<void> {
    await this.#connection();
  }

  /** Asks the daemon; connects if need be. Rejects with a ResponseError, whose `data.code` is of the error table. */
  async request<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    token?: vscode.CancellationToken,
  ): Promise<RequestResult<M>> {
    const connection = await this.#connection();
    return (await connection.request(method, params as object, token)) as RequestResult<M>;
  }

  /** What the daemon tells by itself. */
  on<M extends NotificationMethod>(method: M, listener: (params: NotificationParams<M>) => void): vscode.Disposable {
    let emitter = this.#notified.get(method);
    if (emitter === undefined) this.#notified.set(method, (emitter = new vscode.EventEmitter<unknown>()));
    return emitter.event((params) => {
      listener(params as NotificationParams<M>);
    });
  }

  /** Connects anew, whatever was before. Rejects as `connected`. */
  async reconnect(): Promise<void> {
    this.#policy.reset();
    await this.#close(2_000);
    await this.connected();
  }

  /** Says goodbye; the daemon, its sessions and what runs in them stay. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#close(GOODBYE_MS);
    for (const emitter of [this.#stateChanged, this.#connected, this.#lost, ...this.#notified.values()])
      emitter.dispose();
  }

  #connection(): Promise<Connection> {
    if (this.#disposed) return Promise.reject(new Error('The window is closing.'));
    return (this.#opening ??= this.#open(0));
  }

  async #open(delayMs: number): Promise<Connection> {
    this.#setState({ kind: 'connecting' });
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    try {
      const connection = await this.#openOnce();
      const { daemon } = connection;
      this.#setState({ kind: 'connected', daemon });
      this.#connected.fire(daemon);
      return connection;
    } catch (error) {
      const code = await this.#process?.exitCode();
      const again = code === EXIT_DAEMON_LOST ? this.#policy.next() : undefined;
      if (again !== undefined && !this.#disposed) return this.#open(again);
      this.#opening = undefined;
      const reason = this.#process?.lastWords ?? '';
      const failure = reason === '' ? toError(error) : new Error(reason, { cause: error });
      this.#setState({ kind: 'down', reason: failure.message });
      throw failure;
    }
  }

  async #openOnce(): Promise<Connection> {
    this.#goodbye = undefined;
    this.#process = undefined;
    const log = this.#log();
    const started = new DaemonProcess(this.#command(), (line) => {
      log.warn(line);
    });
    this.#process = started;
    // What was asked of the editor before this goes out first: the library takes its time to load.
    await new Promise((resolve) => setImmediate(resolve));
    // It is the largest part of the extension by far, and takes as long to load as the process does to start.
    const { Connection } = await import('./connection.ts');
    return Connection.open({
      child: started.child,
      log,
      onNotification: (method, params) => {
        this.#heard(method, params);
      },
      onClosed: () => {
        if (this.#process === started && this.#state.kind === 'connected') this.#ended(started);
      },
    });
  }

  #heard(method: NotificationMethod, params: unknown): void {
    if (method === 'vm/daemon/status') {
      const { state, message } = params as NotificationParams<'vm/daemon/status'>;
      if (state === 'stopping') this.#goodbye = message;
    }
    this.#notified.get(method)?.fire(params);
  }

  /** The connection has ended, and nobody here asked for it: whoever asks from now on waits for the next. */
  #ended(process: DaemonProcess): void {
    this.#setState({ kind: 'connecting' });
    const next = this.#reopen(process);
    this.#opening = next;
    next.catch(() => {
      if (this.#opening === next) this.#opening = undefined;
    });
  }

  async #reopen(process: DaemonProcess): Promise<Connection> {
    const code = await process.exitCode();
    const goodbye = this.#goodbye;
    const lastWords = code === EXIT_DAEMON_LOST ? '' : process.lastWords;
    const reason = goodbye ?? (lastWords || 'The daemon ended unexpectedly.');
    // A daemon that said goodbye was stopped by somebody: it is started when somebody needs it.
    const delayMs = goodbye === undefined ? this.#policy.next() : undefined;
    if (this.#disposed || delayMs === undefined) {
      this.#setState({ kind: 'down', reason });
      throw new Error(reason);
    }
    this.#lost.fire(reason);
    return this.#open(delayMs);
  }

  async #close(timeoutMs: number): Promise<void> {
    const opening = this.#opening;
    const process = this.#process;
    this.#opening = undefined;
    this.#process = undefined;
    if (this.#state.kind === 'connected') await (await opening)?.close(timeoutMs);
    // It leaves as soon as its standard input ends, whether goodbye was said or not.
    process?.child.stdin?.end();
    this.#setState({ kind: 'off' });
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    if (!this.#disposed) this.#stateChanged.fire(state);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
