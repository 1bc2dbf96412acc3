import * as vscode from 'vscode';
import type { DaemonInfo } from '../../shared/protocol/daemon.protocol.ts';
import type {
  NotificationMethod,
  NotificationParams,
  RequestMethod,
  RequestParams,
  RequestResult,
} from '../../shared/protocol/methods.ts';
import type { RelayEnd } from '../../daemon/ownership/relay.ts';
import type { Connection } from './connection.ts';
import type { DaemonLink } from './daemon-link.ts';
import type { DaemonPlace } from './daemon-place.ts';
import { RestartPolicy } from './restart-policy.ts';

/** off: nobody needed it yet. down: it ended and is not started by itself; `reason` says why. */
export type ConnectionState =
  | { kind: 'off' }
  | { kind: 'connecting' }
  | { kind: 'connected'; daemon: DaemonInfo }
  | { kind: 'down'; reason: string };

/** What waited for the next connection of a daemon that was stopped on purpose. */
class DaemonStopped extends Error {}

/** Everything that is said to the daemon, and heard from it. Nothing is started before somebody asks for something. */
export class DaemonClient {
  readonly #place: () => DaemonPlace;
  readonly #log: () => vscode.LogOutputChannel;
  readonly #policy = new RestartPolicy();
  readonly #notified = new Map<NotificationMethod, vscode.EventEmitter<unknown>>();
  readonly #stateChanged = new vscode.EventEmitter<ConnectionState>();
  readonly #connected = new vscode.EventEmitter<DaemonInfo>();
  readonly #lost = new vscode.EventEmitter<string>();
  #state: ConnectionState = { kind: 'off' };
  #opening: Promise<Connection> | undefined;
  #link: Promise<DaemonLink> | undefined;
  #goodbye: string | undefined;
  #disposed = false;
  readonly onDidChangeState = this.#stateChanged.event;
  /** Fires at each connection, also at the one after the daemon was lost. What was known before may be outdated. */
  readonly onConnected = this.#connected.event;
  /** The daemon has ended unexpectedly, for this reason, and is being started again. */
  readonly onLost = this.#lost.event;

  constructor(place: () => DaemonPlace, log: () => vscode.LogOutputChannel) {
    this.#place = place;
    this.#log = log;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves when there is a connection; the first to ask makes it. Rejects with an Error that says why there is none. */
  async connected(): Promise<void> {
    await this.#connection();
  }

  /** As `connected`, for what is only shown: a daemon that has ended, or was stopped, is not started for that. */
  async connectedUnlessDown(): Promise<void> {
    await this.#connectionUnlessDown();
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

  /** As `request`, for what is only shown, as `connectedUnlessDown`. */
  async look<M extends RequestMethod>(method: M, params: RequestParams<M>): Promise<RequestResult<M>> {
    const connection = await this.#connectionUnlessDown();
    return (await connection.request(method, params as object)) as RequestResult<M>;
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
  async dispose(timeoutMs: number): Promise<void> {
    this.#disposed = true;
    await this.#close(timeoutMs);
    for (const emitter of [this.#stateChanged, this.#connected, this.#lost, ...this.#notified.values()])
      emitter.dispose();
  }

  /** Somebody needs it: also right after it was stopped, when that is not known here yet. */
  async #connection(): Promise<Connection> {
    try {
      return await this.#opened();
    } catch (error) {
      if (error instanceof DaemonStopped) return this.#opened();
      throw error;
    }
  }

  #connectionUnlessDown(): Promise<Connection> {
    return this.#state.kind === 'down' ? Promise.reject(new Error(this.#state.reason)) : this.#opened();
  }

  #opened(): Promise<Connection> {
    if (this.#disposed) return Promise.reject(new Error('The window is closing.'));
    return (this.#opening ??= this.#open(0));
  }

  async #open(delayMs: number): Promise<Connection> {
    this.#setState({ kind: 'connecting' });
    // What was asked of the editor just before goes out first.
    await new Promise((resolve) => (delayMs === 0 ? setImmediate(resolve) : setTimeout(resolve, delayMs)));
    try {
      const connection = await this.#openOnce();
      const { daemon } = connection;
      this.#setState({ kind: 'connected', daemon });
      this.#connected.fire(daemon);
      return connection;
    } catch (error) {
      const end = await this.#endOf(this.#link);
      const again = end === 'daemon lost' ? this.#policy.next() : undefined;
      if (again !== undefined && !this.#disposed) return this.#open(again);
      this.#opening = undefined;
      const failure = toError(error);
      this.#setState({ kind: 'down', reason: failure.message });
      throw failure;
    }
  }

  async #openOnce(): Promise<Connection> {
    this.#goodbye = undefined;
    this.#link = undefined;
    // The daemon first: what speaks with it is loaded while it starts.
    const { reachLink } = await import('./daemon-link.ts');
    const linking = reachLink(this.#place(), (line) => {
      this.#log().warn(line);
    });
    this.#link = linking;
    linking.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    const { Connection } = await import('./connection.ts');
    const log = this.#log();
    return Connection.open({
      link: await linking,
      log,
      onNotification: (method, params) => {
        this.#heard(method, params);
      },
      onClosed: () => {
        if (this.#link === linking && this.#state.kind === 'connected') this.#ended(linking);
      },
    });
  }

  /** How a connection has ended; undefined when there was none. */
  async #endOf(linking: Promise<DaemonLink> | undefined): Promise<RelayEnd | undefined> {
    const link = await linking?.catch(() => undefined);
    // Its end is not certain after an answer that was none.
    link?.leave();
    return link?.ended;
  }

  #heard(method: NotificationMethod, params: unknown): void {
    if (method === 'vm/daemon/status') {
      const { state, message } = params as NotificationParams<'vm/daemon/status'>;
      if (state === 'stopping') this.#goodbye = message;
    }
    this.#notified.get(method)?.fire(params);
  }

  /** The connection has ended, and nobody here asked for it: whoever asks from now on waits for the next. */
  #ended(linking: Promise<DaemonLink>): void {
    this.#setState({ kind: 'connecting' });
    const next = this.#reopen(linking);
    this.#opening = next;
    next.catch(() => {
      if (this.#opening === next) this.#opening = undefined;
    });
  }

  async #reopen(linking: Promise<DaemonLink>): Promise<Connection> {
    const end = await this.#endOf(linking);
    const farewell = end === 'daemon lost' ? undefined : end;
    // What it said last may still wait to be read when the connection is over already; its farewell says the same.
    const goodbye = this.#goodbye ?? (farewell?.exit_code === 0 ? farewell.reason : undefined);
    const reason = goodbye ?? farewell?.reason ?? 'The daemon ended unexpectedly.';
    // A daemon that said goodbye was stopped by somebody: it is started when somebody needs it.
    const delayMs = goodbye === undefined ? this.#policy.next() : undefined;
    if (this.#disposed || delayMs === undefined) {
      this.#setState({ kind: 'down', reason });
      throw goodbye === undefined ? new Error(reason) : new DaemonStopped(reason);
    }
    this.#lost.fire(reason);
    return this.#open(delayMs);
  }

  async #close(timeoutMs: number): Promise<void> {
    const opening = this.#opening;
    const linking = this.#link;
    this.#opening = undefined;
    this.#link = undefined;
    if (this.#state.kind === 'connected') await (await opening)?.close(timeoutMs);
    // One that is still being made leaves as soon as it is there.
    void this.#endOf(linking);
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
