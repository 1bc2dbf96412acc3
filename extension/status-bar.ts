import * as vscode from 'vscode';
import type { Session } from '../shared/model/session.ts';
import type { ActiveSessions } from './active-sessions.ts';
import type { DaemonClient } from './daemon/daemon-client.ts';
import type { LiveState } from './live-state.ts';
import { shortId } from './output/format-event.ts';

/** Context key: whether the active session runs something, for the key that stops it. */
const RUNNING = 'vmSystem.running';

/** The active session and what it does; a click chooses another. */
export class StatusBar implements vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #state: LiveState;
  readonly #active: ActiveSessions;
  readonly #item = vscode.window.createStatusBarItem('vmSystem.session', vscode.StatusBarAlignment.Left, 10);
  readonly #subscriptions: vscode.Disposable[];
  #running: boolean | undefined;

  constructor(client: DaemonClient, state: LiveState, active: ActiveSessions) {
    this.#client = client;
    this.#state = state;
    this.#active = active;
    this.#item.name = 'VM System Session';
    const update = (): void => {
      this.#update();
    };
    this.#subscriptions = [client.onDidChangeState(update), state.onDidChange(update), active.onDidChange(update)];
    this.#update();
    this.#item.show();
  }

  /** What is written there, icons as `$(name)`. */
  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const session = this.#active.current();
    const isRunning = session !== undefined && this.#state.running(session.id) !== undefined;
    if (isRunning !== this.#running) void vscode.commands.executeCommand('setContext', RUNNING, isRunning);
    this.#running = isRunning;
    const { state } = this.#client;
    this.#item.backgroundColor = undefined;
    if (state.kind === 'down') this.#showDown(state.reason);
    else if (state.kind === 'connecting') this.#show('$(loading~spin) VM System', 'Connecting to the daemon …');
    else if (session === undefined)
      this.#show('$(vm-outline) VM System', 'No session in this folder. Click to make one.');
    else this.#showSession(session, isRunning);
  }

  #showSession(session: Session, isRunning: boolean): void {
    const status = isRunning ? 'running' : session.status;
    const icon = status === 'ready' ? 'vm-active' : 'loading~spin';
    const more = isRunning
      ? 'It is running; the command "Stop Running Code" keeps its variables.'
      : 'Click to choose another.';
    this.#show(`$(${icon}) ${shortId(session.id)} ${status}`, `Session of ${session.worktree_path}\n${more}`);
  }

  #showDown(reason: string): void {
    this.#show('$(error) VM System', `${reason}\nClick to connect again.`, 'vmSystem.restartDaemon');
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
  }

  #show(text: string, tooltip: string, command = 'vmSystem.selectSession'): void {
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.command = command;
    this.#item.accessibilityInformation = { label: `VM System: ${text.replace(/\$\([^)]*\) /, '')}. ${tooltip}` };
  }
}
