import * as vscode from 'vscode';
import type { Session } from '../shared/model/session.ts';
import type { DaemonClient } from './daemon/daemon-client.ts';
import type { LiveState } from './live-state.ts';
import { shortId } from './output/format-event.ts';

/** Tells the user, once each time, that the daemon was lost, and what became of the sessions. */
export class DaemonNotices implements vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #subscriptions: vscode.Disposable[];
  /** Why the daemon was lost, until it is said. */
  #lost: string | undefined;
  #wasConnected = false;

  constructor(client: DaemonClient, state: LiveState) {
    this.#client = client;
    this.#subscriptions = [
      client.onLost((reason) => {
        this.#lost = reason;
      }),
      state.onReloaded((ended) => {
        this.#wasConnected = true;
        if (this.#lost !== undefined) this.#tellRestarted(this.#lost, ended);
        this.#lost = undefined;
      }),
      client.onDidChangeState((now) => {
        // A first connection that fails is told by the command that wanted it.
        if (now.kind === 'down' && this.#wasConnected) this.#tellDown(now.reason);
        if (now.kind === 'down') this.#wasConnected = false;
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #tellRestarted(reason: string, ended: readonly Session[]): void {
    const what = ended.map(
      ({ id, status, last_error }) => `${shortId(id)} ${status}${last_error ? ` (${last_error})` : ''}`,
    );
    const sessions = ended.length === 0 ? 'No session was lost.' : `Of the sessions, ${what.join(', ')}.`;
    const restart = 'Restart Sessions';
    const text = `VM System: ${reason} It was started again. ${sessions}`;
    void vscode.window.showWarningMessage(text, ...(ended.length === 0 ? [] : [restart])).then(async (choice) => {
      if (choice === restart) await this.#restart(ended);
    });
  }

  /** What cannot be restarted says why in the tree. */
  async #restart(sessions: readonly Session[]): Promise<void> {
    const ask = ({ id }: Session): Promise<unknown> => this.#client.request('vm/session/restart', { session_id: id });
    await Promise.allSettled(sessions.map(ask));
  }

  #tellDown(reason: string): void {
    const again = 'Connect Again';
    void vscode.window.showErrorMessage(`VM System: ${reason}`, again, 'Show Log').then(async (choice) => {
      if (choice === again) await vscode.commands.executeCommand('vmSystem.restartDaemon');
      else if (choice !== undefined) await vscode.commands.executeCommand('vmSystem.showLog');
    });
  }
}
