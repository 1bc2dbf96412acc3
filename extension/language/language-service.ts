import * as vscode from 'vscode';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import type { DaemonPlace } from '../daemon/daemon-place.ts';
import type { LanguageConnection } from './language-connection.ts';

/** Loading it takes the editor's time, which belongs to the first run until that has shown something. */
const AFTER_MS = 700;

/** Its process ended alone: the next one is tried after this. */
const AGAIN_MS = 5_000;

/**
 * Completion, hover and problems, over a connection of their own to the daemon that the window is connected with: it
 * comes a moment after that, and ends with it.
 */
export class LanguageService {
  readonly #place: () => DaemonPlace;
  readonly #log: () => vscode.LogOutputChannel;
  readonly #ready = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #connection: LanguageConnection | undefined;
  /** Counts the connections that were begun; what is opened for an earlier one is not wanted any more. */
  #turn = 0;
  /** Fires when documents can be bound, of which the daemon knows nothing yet. */
  readonly onReady = this.#ready.event;

  constructor(client: DaemonClient, place: () => DaemonPlace, log: () => vscode.LogOutputChannel) {
    this.#place = place;
    this.#log = log;
    this.#subscriptions = [
      client.onConnected(() => {
        this.#startIn(AFTER_MS);
      }),
      client.onDidChangeState(({ kind }) => {
        if (kind !== 'connected') void this.#stop(0);
      }),
    ];
  }

  get isReady(): boolean {
    return this.#connection !== undefined;
  }

  /** Says which session a document belongs to. Rejects when there is no connection any more, or no such session. */
  async bind(uri: string, session_id: string | null): Promise<void> {
    if (this.#connection === undefined) throw new Error('there is no connection for language features');
    await this.#connection.bind(uri, session_id);
  }

  /** Says goodbye, as long as there is time for it. */
  async dispose(timeoutMs: number): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.dispose();
    await this.#stop(timeoutMs);
    this.#ready.dispose();
  }

  #startIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#start(this.#turn), ms);
  }

  async #start(turn: number): Promise<void> {
    const onClosed = (): void => {
      if (turn !== this.#turn) return;
      this.#connection = undefined;
      this.#startIn(AGAIN_MS);
    };
    try {
      const { LanguageConnection } = await import('./language-connection.ts');
      const connection = await LanguageConnection.open({ place: this.#place(), log: this.#log(), onClosed });
      if (turn !== this.#turn) {
        await connection.close(0);
        return;
      }
      this.#connection = connection;
      this.#ready.fire();
    } catch (error) {
      // A daemon that has ended is told by the window's own connection; the next one gets language features again.
      this.#log().warn(`no language features: ${String(error)}`);
    }
  }

  async #stop(timeoutMs: number): Promise<void> {
    clearTimeout(this.#timer);
    this.#turn += 1;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close(timeoutMs);
  }
}
