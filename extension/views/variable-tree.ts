import * as vscode from 'vscode';
import type { GlobalVariable } from '../../shared/model/inspection.ts';
import type { ActiveSessions } from '../active-sessions.ts';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import type { LiveState } from '../live-state.ts';

export type VariableNode = { session_id: string; variable: GlobalVariable };

const ICONS: Readonly<Record<string, string>> = {
  function: 'symbol-method',
  string: 'symbol-string',
  number: 'symbol-numeric',
  bigint: 'symbol-numeric',
  boolean: 'symbol-boolean',
  object: 'symbol-object',
  symbol: 'symbol-key',
};

/** What the active session defines; read again after each execution, never by polling. */
export class VariableTree implements vscode.TreeDataProvider<VariableNode>, vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #active: ActiveSessions;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: DaemonClient, state: LiveState, active: ActiveSessions) {
    this.#client = client;
    this.#active = active;
    this.#subscriptions = [
      state.onDidChange((change) => {
        if (change.kind === 'execution' && change.execution.status === 'running') return;
        if (change.kind !== 'templates') this.refresh();
      }),
      active.onDidChange(() => {
        this.refresh();
      }),
    ];
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(node?: VariableNode): Promise<VariableNode[]> {
    const session = this.#active.current();
    if (node !== undefined || session?.status !== 'ready') return [];
    const { globals } = await this.#client
      .request('vm/session/globals', { session_id: session.id })
      .catch(() => ({ globals: [] }));
    return globals.map((variable) => ({ session_id: session.id, variable }));
  }

  getTreeItem({ variable: { name, type, preview, scope } }: VariableNode): vscode.TreeItem {
    const item = new vscode.TreeItem(name);
    item.description = preview.replaceAll(/\s+/g, ' ').slice(0, 200);
    item.iconPath = new vscode.ThemeIcon(ICONS[type] ?? 'symbol-variable');
    item.tooltip = new vscode.MarkdownString(
      `${scope === 'lexical' ? 'let, const or class' : 'global'}, ${type}\n\n`,
    ).appendCodeblock(preview, 'javascript');
    item.contextValue = 'variable';
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
