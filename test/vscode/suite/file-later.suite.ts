import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { beside } from './beside.ts';
import { theExtension, untilSessionShown } from './window.ts';

describe('a window that shows a file after the extension has started', () => {
  it('shows the session of its folder without being asked', async () => {
    const { client } = await theExtension();
    assert.deepEqual(vscode.workspace.workspaceFolders ?? [], []);
    assert.equal(vscode.window.activeTextEditor, undefined);
    assert.equal(client.state.kind, 'off');
    await vscode.window.showTextDocument(beside('folder', 'slow.mjs'));
    await untilSessionShown();
  });
});
