import * as vscode from 'vscode';
import { codeLensEnabled } from '../settings.ts';
import { SCRIPTS } from './script-files.ts';

/** "Run in session" above a file's first line. It is there without a daemon, which is not started before it is needed. */
export class RunLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor() {
    const update = (): void => {
      this.#changed.fire();
    };
    this.#subscriptions = [
      vscode.languages.registerCodeLensProvider(SCRIPTS, this),
      vscode.workspace.onDidGrantWorkspaceTrust(update),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('vmSystem.codeLens')) update();
      }),
    ];
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.isTrusted || !codeLensEnabled(uri)) return [];
    const command = { title: '$(play) Run in session', command: 'vmSystem.runFile', arguments: [uri] };
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
