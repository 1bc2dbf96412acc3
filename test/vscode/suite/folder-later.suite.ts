import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { addFolder, beside } from './beside.ts';
import { theExtension, until, untilOutput, untilSessionShown } from './window.ts';

describe('a window that is told its folders after the extension has started', () => {
  it('shows the session of the folder, and its run, without being asked', async () => {
    const { client } = await theExtension();
    assert.deepEqual(vscode.workspace.workspaceFolders ?? [], []);
    assert.equal(client.state.kind, 'off');
    await addFolder(beside('folder'));
    await untilSessionShown();
    await untilOutput(/\[done\].*ok/);
  });

  it('shows sessions of a folder that comes beside the current one, and what they do', async () => {
    const { active, client, sessionTree, state } = await theExtension();
    const current = active.current();
    assert.ok(current);
    const { template_id, workspace_id, base_commit_oid } = current;
    await vscode.workspace.fs.createDirectory(beside('another'));
    const worktree_path = beside('another').fsPath;
    const of = { template_id, workspace_id, base_commit_oid, worktree_path };
    const session = await client.request('vm/session/create', of);
    await until('session elsewhere', () => state.session(session.id)?.status === 'ready');
    const redrawn: unknown[] = [];
    const watching = sessionTree.onDidChangeTreeData((node) => redrawn.push(node));
    await addFolder(beside('another'));
    watching.dispose();
    assert.ok(redrawn.includes(undefined), 'the tree has other groups now');
    assert.equal(active.current()?.id, current.id);
    const input = 'console.log("from the folder beside")';
    await client.request('vm/execution/repl', { session_id: session.id, input });
    await untilOutput('from the folder beside');
  });
});
