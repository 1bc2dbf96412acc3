import * as vscode from 'vscode';
import type { GlobalVariable, Member } from '../../shared/model/inspection.ts';
import type { ActiveSessions } from '../active-sessions.ts';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import type { LiveState } from '../live-state.ts';
import { codeOf } from '../notify.ts';

/** A variable of a session, or something inside of one; `path` leads there. */
export type VariableNode = {
  session_id: string;
  path: readonly string[];
  variable: Member & { scope?: GlobalVariable['scope'] };
};

/** What an inspection goes into, and how much of it: enough to see a structure, little enough to read. */
const INSPECTED_LEVELS = 3;
const INSPECTED_LINES = 500;

const ICONS: Readonly<Record<string, string>> = {
  function: 'symbol-method',
  class: 'symbol-class',
  string: 'symbol-string',
  number: 'symbol-numeric',
  bigint: 'symbol-numeric',
  boolean: 'symbol-boolean',
  object: 'symbol-object',
  symbol: 'symbol-key',
  accessor: 'eye-closed',
};

/** A session is told to have ended a run a moment before it can be looked into, longest after it was stopped. */
const BUSY = { askAgainMs: 100, times: 50 } as const;

/** What the active session defines; read again after each execution, never by polling. Nothing of the session runs for it. */
export class VariableTree implements vscode.TreeDataProvider<VariableNode>, vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #state: LiveState;
  readonly #active: ActiveSessions;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: vscode.Disposable[];
  /** What was last seen: a session that runs cannot be looked into, and its variables are still there. */
  #last: VariableNode[] = [];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: DaemonClient, state: LiveState, active: ActiveSessions) {
    this.#client = client;
    this.#state = state;
    this.#active = active;
    this.#subscriptions = [
      state.onDidChange((change) => {
        if (change.kind === 'execution') this.#executed(change.execution);
        else if (change.kind === 'session') this.#refreshFor(change.session.id);
        else if (change.kind === 'all') this.refresh();
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
    return node === undefined ? this.#variables() : this.#members(node);
  }

  getTreeItem({ session_id, path, variable }: VariableNode): vscode.TreeItem {
    const { type, preview, scope } = variable;
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(labelOf(variable), hasInside(variable) ? Collapsed : None);
    // The same variable after the next run: what was unfolded stays so.
    item.id = JSON.stringify([session_id, ...path]);
    item.description = oneLine(variable);
    item.iconPath = new vscode.ThemeIcon(ICONS[type] ?? 'symbol-variable');
    const kind = scope === undefined ? type : `${scope === 'lexical' ? 'let, const or class' : 'global'}, ${type}`;
    item.tooltip = new vscode.MarkdownString(`${kind}\n\n`).appendCodeblock(preview, 'javascript');
    item.contextValue = 'variable';
    item.accessibilityInformation = { label: `${labelOf(variable)}, ${type}, ${item.description}` };
    return item;
  }

  /** The value as lines, with what is inside of it. */
  async inspect(node: VariableNode): Promise<string> {
    const lines: string[] = [];
    await this.#inspect(node, 0, lines);
    if (lines.length > INSPECTED_LINES)
      lines.splice(INSPECTED_LINES, Infinity, `… only the first ${INSPECTED_LINES} lines`);
    return lines.join('\n');
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #inspect(node: VariableNode, level: number, lines: string[]): Promise<void> {
    const { key, preview } = node.variable;
    const line = level === 0 ? preview : oneLine(node.variable);
    lines.push(`${'  '.repeat(level)}${labelOf(node.variable)}${key === undefined ? ':' : ''} ${line}`);
    if (level === INSPECTED_LEVELS || !hasInside(node.variable) || lines.length > INSPECTED_LINES) return;
    for (const member of await this.#members(node)) await this.#inspect(member, level + 1, lines);
  }

  /** Only what the view shows is asked for: after a run in another session there is nothing new in it. */
  #executed({ session_id, status }: { session_id: string; status: string }): void {
    if (status !== 'running') this.#refreshFor(session_id);
  }

  #refreshFor(session_id: string): void {
    if (this.#active.current()?.id === session_id) this.refresh();
  }

  async #variables(): Promise<VariableNode[]> {
    const session = this.#active.current();
    if (session?.status !== 'ready') return [];
    const { id: session_id } = session;
    const globals = await this.#globals(session_id);
    if (globals !== undefined)
      this.#last = globals.map((variable) => ({ session_id, path: [variable.name], variable }));
    return this.#last.filter((node) => node.session_id === session_id);
  }

  /** Undefined when the session runs, or is gone: its next change asks again. */
  async #globals(session_id: string): Promise<GlobalVariable[] | undefined> {
    for (let time = 0; time < BUSY.times && this.#state.running(session_id) === undefined; time += 1) {
      try {
        return (await this.#client.look('vm/session/globals', { session_id })).globals;
      } catch (error) {
        if (codeOf(error) !== 'SESSION_BUSY') return undefined;
        await new Promise((resolve) => setTimeout(resolve, BUSY.askAgainMs));
      }
    }
    return undefined;
  }

  async #members({ session_id, path }: VariableNode): Promise<VariableNode[]> {
    const request = this.#client.look('vm/session/members', { session_id, path: [...path] });
    const { members } = await request.catch(() => ({ members: [] }));
    return members.map((variable) => ({ session_id, path: [...path, variable.name], variable }));
  }
}

/** What looks empty, or has nothing of its own but what its line shows already. */
const NOTHING_INSIDE = /^(\w+(\(0\))? )?(\{\}|\[\])$|^(Proxy|WeakMap|WeakSet)\(|^Promise \{/;

/** Entries of a Set have numbers for names, those of a Map are found by their keys. */
function labelOf({ name, key }: Member): string {
  return key === undefined ? name.replace(/^\[\[(\d+)\]\]$/, '$1') : `${key} =>`;
}

/** Whether there may be something to unfold. */
function hasInside({ type, preview }: Member): boolean {
  return type === 'object' && !NOTHING_INSIDE.test(preview);
}

function oneLine({ type, preview }: Member): string {
  const text = preview.replaceAll(/\s+/g, ' ').slice(0, 200);
  return type === 'string' ? JSON.stringify(text) : text;
}
