import * as vscode from 'vscode';
import type { Session } from '../shared/model/session.ts';
import { currentFolder, foldersHere, worktreeOf, type Folder } from './folders.ts';
import type { LiveState } from './live-state.ts';

/** Where the choices are kept between windows. */
const MEMENTO = 'vmSystem.activeSessions';

/** Which session each folder of the window uses; remembered, and mended when the session has ended. */
export class ActiveSessions implements vscode.Disposable {
  readonly #state: LiveState;
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<Session | undefined>();
  readonly #chosen = new vscode.EventEmitter<Session>();
  readonly #subscriptions: vscode.Disposable[];
  #current: string | undefined;
  /** Fires when the session of the current folder is another one: by choice, by its end, or with the editor. */
  readonly onDidChange = this.#changed.event;
  /** Fires when a session was chosen for its folder, be that the current one or not. */
  readonly onDidChoose = this.#chosen.event;

  constructor(state: LiveState, memento: vscode.Memento) {
    this.#state = state;
    this.#memento = memento;
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
    const chosen = this.#choices()[worktree];
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
    const choices = this.#choices();
    return foldersHere().some((folder) => choices[worktreeOf(folder)] !== undefined);
  }

  /** Whether it is the session that its folder used last, alive or not. */
  isChosen({ id, worktree_path }: Session): boolean {
    return this.#choices()[worktree_path] === id;
  }

  async choose(session: Session): Promise<void> {
    // It counts from now on; the promise is for its being stored.
    const stored = this.#memento.update(MEMENTO, { ...this.#choices(), [session.worktree_path]: session.id });
    this.#chosen.fire(session);
    this.#update();
    await stored;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#chosen.dispose();
  }

  #update(): void {
    const session = this.current();
    if (session?.id === this.#current) return;
    this.#current = session?.id;
    this.#changed.fire(session);
  }

  #choices(): Record<string, string> {
    return this.#memento.get<Record<string, string>>(MEMENTO, {});
  }
}

/** Whether a session is bound to a folder of this window. */
export function isHere({ worktree_path }: Session): boolean {
  return foldersHere().some((folder) => worktreeOf(folder) === worktree_path);
}
