import * as vscode from 'vscode';
import type { Session } from '../shared/model/session.ts';
import { currentFolder, foldersHere, worktreeOf, type Folder } from './folders.ts';
import type { LiveState } from './live-state.ts';
import type { SessionChoices } from './session-choices.ts';

/** Which session each folder of the window uses; remembered, and mended when the session has ended. */
export class ActiveSessions implements vscode.Disposable {
  readonly #state: LiveState;
  readonly #choices: SessionChoices;
  readonly #changed = new vscode.EventEmitter<Session | undefined>();
  readonly #chosen = new vscode.EventEmitter<Session>();
  readonly #subscriptions: vscode.Disposable[];
  #current: string | undefined;
  #folders = foldersKey();
  /**
   * Fires when the session of the current folder is another one: by choice, by its end, or with the editor; and when the window has other
   * folders, whose sessions are then others.
   */
  readonly onDidChange = this.#changed.event;
  /** Fires when a session was chosen for its folder, be that the current one or not. */
  readonly onDidChoose = this.#chosen.event;

  constructor(state: LiveState, choices: SessionChoices) {
    this.#state = state;
    this.#choices = choices;
    this.#subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.#update();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#update();
      }),
      state.onDidChange(({ kind }) => {
        if (kind === 'all' || kind === 'session') this.#update();
      }),
    ];
  }

  /** The live session of a folder: the chosen one, else the newest that is alive. */
  of(folder: Folder): Session | undefined {
    const worktree = worktreeOf(folder);
    const alive = this.#state.aliveSessions.filter((session) => session.worktree_path === worktree);
    const chosen = this.#choices.get(worktree);
    return alive.find((session) => session.id === chosen) ?? alive[0];
  }

  /** The session of the current folder. */
  current(): Session | undefined {
    const folder = currentFolder();
    return folder === undefined ? undefined : this.of(folder);
  }

  isActive(session: Session): boolean {
    return foldersHere().some((folder) => this.of(folder)?.id === session.id);
  }

  /** Whether a folder of this window was given a session before: then there may be one to show. */
  hasChoiceHere(): boolean {
    return foldersHere().some((folder) => this.#choices.get(worktreeOf(folder)) !== undefined);
  }

  /** Whether it is the session that its folder used last, alive or not. */
  isChosen({ id, worktree_path }: Session): boolean {
    return this.#choices.get(worktree_path) === id;
  }

  choose(session: Session): void {
    try {
      this.#choices.set(session.worktree_path, session.id);
    } catch {
      // A full disk shall keep nobody from a session.
    }
    this.#chosen.fire(session);
    this.#update();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#chosen.dispose();
  }

  #update(): void {
    const session = this.current();
    const folders = foldersKey();
    if (session?.id === this.#current && folders === this.#folders) return;
    this.#current = session?.id;
    this.#folders = folders;
    this.#changed.fire(session);
  }
}

function foldersKey(): string {
  return foldersHere()
    .map(({ uri }) => uri.toString())
    .join('\n');
}

/** Whether a session is bound to a folder of this window. */
export function isHere({ worktree_path }: Session): boolean {
  return foldersHere().some((folder) => worktreeOf(folder) === worktree_path);
}
