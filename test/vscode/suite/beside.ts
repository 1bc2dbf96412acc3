import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** What lies beside the window's workspace file. */
export function beside(...names: string[]): vscode.Uri {
  const { workspaceFile } = vscode.workspace;
  assert.ok(workspaceFile, 'the window has no workspace file');
  return vscode.Uri.joinPath(workspaceFile, '..', ...names);
}

/** Adds a folder behind those of the window. Until the editor tells it, `workspaceFolders` has only what was asked for. */
export async function addFolder(uri: vscode.Uri): Promise<void> {
  const told = new Promise<void>((resolve) => {
    const listening = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      listening.dispose();
      resolve();
    });
  });
  const count = vscode.workspace.workspaceFolders?.length ?? 0;
  assert.ok(vscode.workspace.updateWorkspaceFolders(count, 0, { uri }), `${uri.fsPath} was not added`);
  await told;
}
