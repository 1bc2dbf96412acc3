import * as vscode from 'vscode';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { isHere, type ActiveSessions } from '../active-sessions.ts';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import { isAlive, type LiveState } from '../live-state.ts';
import { describeEvent } from '../output/describe-event.ts';
import { formatMs } from '../output/format-event.ts';
import { executionIcon, sessionIcon } from './icons.ts';

/** What is shown of a long list at first, and added by each "Show more": a tree of thousands is slow to draw and to read. */
const PAGE = { sessions: 50, executions: 25, events: 200 } as const;

/** The most rows that the daemon gives in one answer. */
const MAX_ROWS = 1_000;

type GroupNode = { kind: 'group'; here: boolean };
export type SessionNode = { kind: 'session'; session: Session };
export type ExecutionNode = { kind: 'execution'; execution: Execution };
/** The rest of a list; `list` says of which, and names its page. */
export type MoreNode = { kind: 'more'; list: string; parent: SessionTreeNode | undefined };
type EventNode = { kind: 'event'; execution: Execution; event: ExecutionEvent };
export type SessionTreeNode = GroupNode | SessionNode | ExecutionNode | MoreNode | EventNode;

/** Sessions of this folder and elsewhere, their executions, and the events of those. */
export class SessionTree implements vscode.TreeDataProvider<SessionTreeNode>, vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #state: LiveState;
  readonly #active: ActiveSessions;
  readonly #changed = new vscode.EventEmitter<SessionTreeNode | undefined>();
  readonly #subscriptions: vscode.Disposable[];
  /** Nodes that were drawn, by id: the tree redraws one only if it is given the same object. */
  readonly #nodes = new Map<string, SessionNode>();
  readonly #pages = new Map<string, number>();
  readonly #groupNodes = {
    here: { kind: 'group', here: true },
    elsewhere: { kind: 'group', here: false },
  } as const satisfies Record<string, GroupNode>;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: DaemonClient, state: LiveState, active: ActiveSessions) {
    this.#client = client;
    this.#state = state;
    this.#active = active;
    this.#subscriptions = [
      state.onDidChange((change) => {
        if (change.kind === 'all') this.#changed.fire(undefined);
        else if (change.kind === 'session') this.#redraw(change.session.id);
        else if (change.kind === 'execution') this.#redraw(change.execution.session_id);
      }),
      active.onDidChange(() => {
        this.#changed.fire(undefined);
      }),
    ];
  }

  /** Shows another page of a list. */
  showMore({ list, parent }: MoreNode): void {
    this.#pages.set(list, this.#pagesOf(list) + 1);
    this.#changed.fire(parent);
  }

  async getChildren(node?: SessionTreeNode): Promise<SessionTreeNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.#groups();
      case 'group':
        return this.#sessions(node);
      case 'session':
        return this.#executions(node);
      case 'execution':
        return this.#events(node);
      default:
        return [];
    }
  }

  getTreeItem(node: SessionTreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node.here);
      case 'session':
        return this.#sessionItem(node.session);
      case 'execution':
        return executionItem(node.execution);
      case 'more':
        return moreItem(node);
      case 'event':
        return eventItem(node);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /** Only the session that changed, unless it is not drawn yet, or moves: those that live come first. */
  #redraw(sessionId: string): void {
    const session = this.#state.session(sessionId);
    const node = this.#nodes.get(sessionId);
    if (session === undefined || node === undefined || isAlive(node.session) !== isAlive(session)) {
      this.#changed.fire(undefined);
      return;
    }
    node.session = session;
    this.#changed.fire(node);
  }

  /** Nothing is said before the daemon has answered; a view that is shown is what asks it. */
  async #groups(): Promise<SessionTreeNode[]> {
    // Why there is no connection is told once, by the status bar; the view shows what it knew.
    await this.#state.seen().catch(() => undefined);
    const here = this.#of(true);
    if (here.length === this.#state.sessions.length) return this.#sessions(this.#groupNodes.here);
    return here.length === 0 ? [this.#groupNodes.elsewhere] : [this.#groupNodes.here, this.#groupNodes.elsewhere];
  }

  #of(here: boolean): Session[] {
    const sessions = this.#state.sessions.filter((session) => isHere(session) === here);
    return [...sessions.filter(isAlive), ...sessions.filter((session) => !isAlive(session))];
  }

  #sessions(group: GroupNode): SessionTreeNode[] {
    const list = group.here ? 'here' : 'elsewhere';
    const all = this.#of(group.here);
    const shown = PAGE.sessions * this.#pagesOf(list);
    const nodes: SessionTreeNode[] = all.slice(0, shown).map((session) => this.#nodeOf(session));
    // Without groups the list is the tree itself.
    const parent = all.length === this.#state.sessions.length && group.here ? undefined : group;
    if (all.length > shown) nodes.push({ kind: 'more', list, parent });
    return nodes;
  }

  #nodeOf(session: Session): SessionNode {
    const node = this.#nodes.get(session.id) ?? { kind: 'session', session };
    node.session = session;
    this.#nodes.set(session.id, node);
    return node;
  }

  async #executions(node: SessionNode): Promise<SessionTreeNode[]> {
    const list = node.session.id;
    const shown = Math.min(PAGE.executions * this.#pagesOf(list), MAX_ROWS);
    const limit = Math.min(shown + 1, MAX_ROWS);
    const executions = await this.#client.look('vm/execution/list', { session_id: list, limit });
    const nodes: SessionTreeNode[] = executions.slice(0, shown).map((execution) => ({ kind: 'execution', execution }));
    if (executions.length > shown) nodes.push({ kind: 'more', list, parent: node });
    return nodes;
  }

  async #events(node: ExecutionNode): Promise<SessionTreeNode[]> {
    const { execution } = node;
    const list = execution.id;
    const shown = Math.min(PAGE.events * this.#pagesOf(list), MAX_ROWS);
    const limit = Math.min(shown + 1, MAX_ROWS);
    const events = await this.#client.look('vm/execution/events', { execution_id: execution.id, limit });
    const nodes: SessionTreeNode[] = events.slice(0, shown).map((event) => ({ kind: 'event', execution, event }));
    if (events.length > shown) nodes.push({ kind: 'more', list, parent: node });
    return nodes;
  }

  #pagesOf(list: string): number {
    return this.#pages.get(list) ?? 1;
  }

  #sessionItem(session: Session): vscode.TreeItem {
    const running = this.#state.running(session.id) !== undefined;
    const item = new vscode.TreeItem(
      `${folderName(session.worktree_path)} · ${session.id.slice(-6)}`,
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.id = session.id;
    item.iconPath = sessionIcon(session, running);
    const status = running ? 'running' : session.status;
    item.description = this.#active.isActive(session) ? `${status} · active` : status;
    item.contextValue = `session-${status}`;
    item.tooltip = sessionTooltip(session, status);
    item.accessibilityInformation = { label: `Session in ${session.worktree_path}, ${item.description}` };
    return item;
  }
}

function groupItem(here: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(
    here ? 'This folder' : 'Elsewhere',
    here ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = here ? 'here' : 'elsewhere';
  return item;
}

function executionItem(execution: Execution): vscode.TreeItem {
  const item = new vscode.TreeItem(
    execution.path ?? firstLine(execution.input ?? execution.kind),
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = execution.id;
  item.iconPath = executionIcon(execution);
  item.description = executionDescription(execution);
  item.contextValue = `execution-${execution.kind}`;
  item.tooltip = executionTooltip(execution);
  return item;
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem('Show more …');
  item.id = `${node.list}:more`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: 'vmSystem.showMore', title: 'Show More', arguments: [node] };
  return item;
}

function eventItem({ execution, event }: EventNode): vscode.TreeItem {
  const { label, icon } = describeEvent(event);
  const item = new vscode.TreeItem(firstLine(label));
  item.id = `${execution.id}:${event.seq}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.description = event.ts.slice(11, 23);
  item.tooltip = new vscode.MarkdownString().appendCodeblock(label, 'text');
  item.contextValue = 'event';
  return item;
}

function executionDescription({ status, result, error, metrics }: Execution): string {
  const took = metrics.wall_ms === undefined ? '' : ` · ${formatMs(metrics.wall_ms)}`;
  if (status === 'ok') return `${firstLine(result?.preview ?? '')}${took}`;
  return `${status === 'error' ? firstLine(error?.message ?? status) : status}${took}`;
}

function executionTooltip({ id, status, started_at, error, metrics, input, path }: Execution): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendCodeblock((input ?? path ?? '').slice(0, 2000), 'javascript');
  if (error !== undefined) text.appendCodeblock(error.stack ?? error.message, 'text');
  const cost = metrics.cpu_ms === undefined ? '' : `, ${formatMs(metrics.cpu_ms)} CPU`;
  text.appendMarkdown(`${status}, started ${started_at}${cost}\n\n\`${id}\``);
  return text;
}

function sessionTooltip({ id, worktree_path, created_at, last_error }: Session, status: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${status}**\n\n`);
  if (last_error !== undefined) text.appendText(`${last_error}\n\n`);
  text.appendText(`${worktree_path}\n\nstarted ${created_at}\n\n`);
  text.appendMarkdown(`\`${id}\``);
  return text;
}

function folderName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

function firstLine(text: string): string {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
