import * as vscode from 'vscode';
import type { Commands } from '../commands/register-commands.ts';
import type { Session } from '../../shared/model/session.ts';
import { currentFolder } from '../folders.ts';
import { shortId } from '../output/format-event.ts';
import type { Parts } from '../parts.ts';
import type { SessionNode } from '../views/session-tree.ts';
import { ReplPty } from './repl-pty.ts';
import { sessionBackend } from './session-backend.ts';

/** Where the typed lines are kept between windows, and how many of them. */
const MEMENTO = 'vmSystem.replHistory';
const HISTORY_LINES = 1_000;

/** Opens a terminal that talks with a session: that of the tree's node, else that of the current folder. */
export function replCommands(parts: Parts, memento: vscode.Memento): Commands {
  return {
    'vmSystem.openRepl': (node) => openRepl(parts, memento, node as SessionNode | undefined),
  };
}

async function openRepl(
  parts: Parts,
  memento: vscode.Memento,
  node?: SessionNode,
): Promise<vscode.Terminal | undefined> {
  const session = node?.session ?? (await sessionHere(parts));
  if (session === undefined) return undefined;
  const terminal = vscode.window.createTerminal(replTerminal(parts, memento, session));
  terminal.show();
  return terminal;
}

/** The same for the list of terminal profiles. */
export function replProfile(parts: Parts, memento: vscode.Memento): vscode.TerminalProfileProvider {
  return {
    provideTerminalProfile: async () => {
      if (!vscode.workspace.isTrusted) throw new Error('VM System runs nothing in a restricted workspace.');
      const session = await sessionHere(parts);
      return session === undefined ? undefined : new vscode.TerminalProfile(replTerminal(parts, memento, session));
    },
  };
}

async function sessionHere({ starter }: Parts): Promise<Session | undefined> {
  const folder = currentFolder();
  if (folder === undefined) throw new Error('A session is bound to a folder: open one first.');
  return starter.forFolder(folder);
}

function replTerminal(
  parts: Parts,
  memento: vscode.Memento,
  { id, worktree_path }: Session,
): vscode.ExtensionTerminalOptions {
  const pty = new ReplPty({
    backend: sessionBackend(parts, id),
    banner: `session ${shortId(id)} in ${worktree_path}; .help lists commands`,
    history: historyOf(memento),
    remember: (line) => {
      const lines = [...historyOf(memento).filter((known) => known !== line), line];
      void memento.update(MEMENTO, lines.slice(-HISTORY_LINES));
    },
  });
  return { name: `VM System ${shortId(id)}`, pty, iconPath: new vscode.ThemeIcon('vm-active') };
}

function historyOf(memento: vscode.Memento): string[] {
  return memento.get<string[]>(MEMENTO, []);
}
