import * as vscode from 'vscode';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { currentFolder, folderOf, pathWithin, workspaceFolders, worktreeOf, type Folder } from '../folders.ts';
import type { Parts } from '../parts.ts';
import { runWithProgress } from '../run-progress.ts';
import type { Work } from '../runs.ts';
import type { ExecutionNode, SessionNode } from '../views/session-tree.ts';
import type { Commands } from './register-commands.ts';

/** Everything that runs code. Each answers with the execution as it ended, or undefined when nothing was run. */
export function runCommands(parts: Parts): Commands {
  return {
    'vmSystem.runFile': (uri) => runFile(parts, toUri(uri)),
    'vmSystem.runSelection': () => runSelection(parts),
    'vmSystem.runInSession': (node) => runFile(parts, undefined, (node as SessionNode).session),
    'vmSystem.rerunExecution': (node) => rerun(parts, (node as ExecutionNode).execution),
  };
}

async function runFile(parts: Parts, given?: vscode.Uri, chosen?: Session): Promise<Execution | undefined> {
  const uri = given ?? vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined) throw new Error('Open a JavaScript or TypeScript file first.');
  parts.starter.prepare();
  const file = await save(uri);
  const folder = file === undefined ? undefined : folderOf(file);
  if (file === undefined || folder === undefined) throw new Error('Only a file that is saved on this machine can run.');
  if (chosen !== undefined && chosen.worktree_path !== worktreeOf(folder)) {
    throw new Error(`The session belongs to ${chosen.worktree_path}, and the file is in another folder.`);
  }
  return run(parts, chosen ?? sessionOf(parts, folder), { path: pathWithin(folder, file) });
}

async function runSelection(parts: Parts): Promise<Execution | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) throw new Error('Open a JavaScript or TypeScript file first.');
  const { document, selections } = editor;
  const texts = selections.map((selection) =>
    selection.isEmpty ? document.lineAt(selection.active.line).text : document.getText(selection),
  );
  const input = texts.join('\n');
  if (input.trim() === '') return undefined;
  // An untitled document belongs to no folder: it runs where commands without a file do.
  return run(parts, sessionOf(parts, folderOf(document.uri) ?? currentFolder()), { input });
}

/** In its own session if that is alive; else in the one of its folder. */
async function rerun(parts: Parts, { session_id, kind, path, input }: Execution): Promise<Execution | undefined> {
  const own = parts.state.session(session_id);
  const folder = workspaceFolders().find((candidate) => worktreeOf(candidate) === own?.worktree_path);
  const session = own?.status === 'ready' ? own : sessionOf(parts, folder);
  return run(parts, session, kind === 'repl' ? { input: input ?? '' } : { path: path ?? '' });
}

function sessionOf(parts: Parts, folder: Folder | undefined): Promise<Session | undefined> {
  if (folder === undefined) throw new Error('A session is bound to a folder: open one first.');
  return parts.starter.forFolder(folder);
}

/** The editor takes about as long to show the output for the first time as a session does to be made: both go on at once. */
async function run(
  parts: Parts,
  making: Session | Promise<Session | undefined>,
  work: Work,
): Promise<Execution | undefined> {
  parts.output.runStarts();
  const session = await making;
  return session === undefined ? undefined : runWithProgress(parts, session, work);
}

/** What runs is the file on the disk, so that an unsaved editor is saved first; undefined when that was given up. */
async function save(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open === undefined) return uri;
  if (open.isUntitled) return vscode.workspace.save(uri);
  if (open.isDirty && !(await open.save())) throw new Error(`${uri.fsPath} could not be saved.`);
  return uri;
}

/** Menus give a Uri, the code lens its text, the palette and keys nothing. */
function toUri(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  return typeof argument === 'string' ? vscode.Uri.parse(argument, true) : undefined;
}
