import * as vscode from 'vscode';
import type { Session } from '../../shared/model/session.ts';
import { currentFolder, foldersHere, worktreeOf, type Folder } from '../folders.ts';
import { isAlive } from '../live-state.ts';
import { shortId } from '../output/format-event.ts';
import type { Parts } from '../parts.ts';
import type { SessionNode } from '../views/session-tree.ts';
import type { TemplateNode } from '../views/template-tree.ts';
import type { Commands } from './register-commands.ts';

/** What makes sessions or gives them a fresh state: it runs startup files. */
export function startingCommands(parts: Parts): Commands {
  return {
    'vmSystem.newSession': (node) => newSession(parts, node as TemplateNode | undefined),
    'vmSystem.restartSession': (node) => restart(parts, node as SessionNode | undefined),
  };
}

/** What ends something, or only chooses. */
export function sessionCommands(parts: Parts): Commands {
  return {
    'vmSystem.interrupt': (node) => interrupt(parts, node as SessionNode | undefined),
    'vmSystem.closeSession': (node) => close(parts, node as SessionNode | undefined),
    'vmSystem.selectSession': () => select(parts),
  };
}

async function newSession(parts: Parts, node?: TemplateNode): Promise<Session | undefined> {
  const folder = await pickFolder();
  if (folder === undefined) return undefined;
  return vscode.window.withProgress({ location: { viewId: 'vmSystem.sessions' } }, () =>
    parts.starter.create(folder, node?.template),
  );
}

async function restart(parts: Parts, node?: SessionNode): Promise<Session | undefined> {
  const session = node?.session ?? (await theSession(parts, 'Restart which session?'));
  if (session === undefined) return undefined;
  const restarted = await vscode.window.withProgress({ location: { viewId: 'vmSystem.sessions' } }, () =>
    parts.client.request('vm/session/restart', { session_id: session.id }),
  );
  parts.state.learn(restarted);
  return restarted;
}

async function interrupt(parts: Parts, node?: SessionNode): Promise<unknown> {
  const running = parts.state.aliveSessions.filter(({ id }) => parts.state.running(id) !== undefined);
  const current = parts.active.current();
  const busy = running.find(({ id }) => id === current?.id) ?? (running.length === 1 ? running[0] : undefined);
  const session = node?.session ?? busy ?? (await pickSession(parts, running, 'Stop what runs in which session?'));
  if (session === undefined) return undefined;
  return parts.client.request('vm/session/interrupt', { session_id: session.id });
}

async function close(parts: Parts, node?: SessionNode): Promise<Session | undefined> {
  const session = node?.session ?? (await theSession(parts, 'Close which session?'));
  if (session === undefined) return undefined;
  const closed = await parts.client.request('vm/session/close', { session_id: session.id });
  parts.state.learn(closed);
  return closed;
}

/** Which of its sessions a folder uses from now on; also a way to a new one. */
async function select(parts: Parts): Promise<Session | undefined> {
  await parts.state.ready();
  const folder = currentFolder();
  if (folder === undefined) throw new Error('A session is bound to a folder: open one first.');
  const sessions = parts.state.aliveSessions.filter(({ worktree_path }) => worktree_path === worktreeOf(folder));
  const create = { label: '$(add) New Session', session: undefined };
  const items = [...sessions.map((session) => itemOf(parts, session)), create];
  const title = `Session of ${folder.name}`;
  const picked = await vscode.window.showQuickPick<{ label: string; session: Session | undefined }>(items, { title });
  if (picked === undefined) return undefined;
  if (picked.session === undefined) return vscode.commands.executeCommand('vmSystem.newSession');
  parts.active.choose(picked.session);
  return picked.session;
}

/** The active session; else the user is asked. */
async function theSession(parts: Parts, title: string): Promise<Session | undefined> {
  await parts.state.ready();
  const here = new Set(foldersHere().map(worktreeOf));
  const sessions = parts.state.sessions.filter(({ worktree_path }) => here.has(worktree_path));
  return parts.active.current() ?? pickSession(parts, sessions.filter(isAlive), title);
}

async function pickSession(parts: Parts, sessions: readonly Session[], title: string): Promise<Session | undefined> {
  if (sessions.length === 0) {
    void vscode.window.showInformationMessage('VM System: there is no such session.');
    return undefined;
  }
  const items = sessions.map((session) => itemOf(parts, session));
  return (await vscode.window.showQuickPick(items, { title }))?.session;
}

function itemOf(parts: Parts, session: Session): vscode.QuickPickItem & { session: Session } {
  const status = parts.state.running(session.id) === undefined ? session.status : 'running';
  const active = parts.active.isActive(session) ? ', active' : '';
  const name = parts.state.templates.find(({ id }) => id === session.template_id)?.name ?? '';
  const label = `$(${status === 'running' ? 'loading' : 'vm-active'}) ${name} ${shortId(session.id)}`;
  return { label, description: `${status}${active}`, detail: session.worktree_path, session };
}

async function pickFolder(): Promise<Folder | undefined> {
  const folders = foldersHere();
  const [only] = folders;
  if (only === undefined) throw new Error('A session is bound to a folder: open one first.');
  if (folders.length === 1) return only;
  const current = currentFolder();
  const items = folders.map((folder) => ({
    label: folder.name,
    description: folder.uri.toString() === current?.uri.toString() ? 'of the active editor' : '',
    folder,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'New session in which folder?' }))?.folder;
}
