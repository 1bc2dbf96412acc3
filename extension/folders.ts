import { realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';

/** What a session is bound to: a folder of the workspace, or the folder of a file that is opened without one. */
export type Folder = { readonly uri: vscode.Uri; readonly name: string };

const realPaths = new Map<string, string>();

/** The folder's path without symbolic links, as the command line has it too: one folder, one set of sessions. */
export function worktreeOf(folder: Folder): string {
  const path = folder.uri.fsPath;
  const known = realPaths.get(path);
  if (known !== undefined) return known;
  try {
    const real = realpathSync.native(path);
    realPaths.set(path, real);
    return real;
  } catch {
    // It is gone, or not to be read; the daemon says so when a session is asked for.
    return path;
  }
}

/** Folders of files only: sessions cannot be bound to anything else. */
export function workspaceFolders(): readonly Folder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}

/** The folder that a file's sessions are bound to; undefined for what is no file of this machine. */
export function folderOf(document: vscode.Uri): Folder | undefined {
  if (document.scheme !== 'file') return undefined;
  const folder = vscode.workspace.getWorkspaceFolder(document);
  if (folder !== undefined) return folder;
  const path = dirname(document.fsPath);
  return { uri: vscode.Uri.file(path), name: path.split(sep).at(-1) ?? path };
}

/** The folder that commands without a file are about: that of the active editor, else the first. */
export function currentFolder(): Folder | undefined {
  const document = vscode.window.activeTextEditor?.document.uri;
  return (document === undefined ? undefined : folderOf(document)) ?? workspaceFolders()[0];
}

/** Folders of this window that a session can belong to. */
export function foldersHere(): readonly Folder[] {
  const current = currentFolder();
  const folders = workspaceFolders();
  if (current === undefined || folders.some(({ uri }) => uri.toString() === current.uri.toString())) return folders;
  return [...folders, current];
}

/** Path of a file within its folder, as the daemon names it. */
export function pathWithin(folder: Folder, file: vscode.Uri): string {
  return relative(folder.uri.fsPath, file.fsPath).split(sep).join('/');
}

/** A file that the daemon names by its real path, as the editor names it; undefined outside of all folders here. */
export function editorUri(path: string): vscode.Uri | undefined {
  for (const folder of foldersHere()) {
    const within = relative(worktreeOf(folder), path);
    if (within !== '' && !within.startsWith('..') && !within.startsWith(sep)) {
      return vscode.Uri.file(join(folder.uri.fsPath, within));
    }
  }
  return undefined;
}
