import * as vscode from 'vscode';
import type { ActiveSessions } from '../active-sessions.ts';
import { isScript } from './script-files.ts';
import { folderOf } from '../folders.ts';
import type { LiveState } from '../live-state.ts';
import type { LanguageService } from './language-service.ts';

/** Tells the daemon which session each open document belongs to: completion, hover and problems come from that. */
export class DocumentBindings implements vscode.Disposable {
  readonly #language: LanguageService;
  readonly #active: ActiveSessions;
  /** What the daemon was told on this connection, by URI. */
  readonly #told = new Map<string, string | null>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(language: LanguageService, state: LiveState, active: ActiveSessions) {
    this.#language = language;
    this.#active = active;
    const update = (): void => {
      this.#update();
    };
    this.#subscriptions = [
      language.onReady(() => {
        this.#told.clear();
        this.#update();
      }),
      vscode.workspace.onDidOpenTextDocument(update),
      active.onDidChange(update),
      active.onDidChoose(update),
      state.onDidChange(({ kind }) => {
        if (kind === 'all' || kind === 'session') this.#update();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #update(): void {
    if (!this.#language.isReady) return;
    for (const document of vscode.workspace.textDocuments) if (isScript(document)) this.#bind(document.uri);
  }

  #bind(document: vscode.Uri): void {
    const folder = folderOf(document);
    const session_id = folder === undefined ? null : (this.#active.of(folder)?.id ?? null);
    const uri = document.toString();
    if ((this.#told.get(uri) ?? null) === session_id) return;
    this.#told.set(uri, session_id);
    // The connection is gone, or the session is: the next change tells it again.
    this.#language.bind(uri, session_id).catch(() => this.#told.delete(uri));
  }
}
