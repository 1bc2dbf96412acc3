import * as vscode from 'vscode';

/** The scheme of documents that show what the daemon has, and cannot be changed. */
const SCHEME = 'vm-system';

/** Texts that are kept; an editor that still shows an older one keeps its own copy. */
const KEPT = 50;

/** Read-only documents: events of an execution, results side by side. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange = this.#changed.event;

  /** The address under which an editor finds the text from now on. `name` is what its tab says. */
  put(id: string, name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${id}/${name}` });
    const key = uri.toString();
    this.#texts.delete(key);
    this.#texts.set(key, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
    this.#changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? 'This text is no longer kept: open it again from the VM System view.\n';
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
