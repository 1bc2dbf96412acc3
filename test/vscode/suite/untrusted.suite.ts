import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { answering } from './answers.ts';
import { command, showView } from './reached.ts';
import { file, theExtension, until } from './window.ts';

const RUNNING = [
  'vmSystem.runFile',
  'vmSystem.runSelection',
  'vmSystem.newSession',
  'vmSystem.openRepl',
  'vmSystem.newTemplate',
  'vmSystem.restartSession',
] as const;

describe('a window that is not trusted', () => {
  before(() => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('lets the user look at sessions and templates', async () => {
    const { client, sessionTree, templateTree } = await theExtension();
    await showView('vmSystem.sessions');
    await until('connection', () => client.state.kind === 'connected');
    assert.deepEqual(await sessionTree.getChildren(), []);
    assert.deepEqual(await templateTree.getChildren(), []);
  });

  it('runs and changes nothing, and says why', async () => {
    writeFileSync(file('evil.js').fsPath, 'globalThis.ran = true;\n');
    await vscode.window.showTextDocument(file('evil.js'));
    for (const id of RUNNING) {
      const asked = await answering([undefined], () => command(id));
      assert.match(asked[0]?.question ?? '', /restricted workspace/, id);
    }
    const { state } = await theExtension();
    assert.deepEqual(state.sessions, []);
    assert.deepEqual(state.templates, []);
  });

  it('offers no lens', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      file('evil.js'),
    );
    assert.deepEqual(
      lenses.filter((lens) => lens.command?.command === 'vmSystem.runFile'),
      [],
    );
  });

  it('cannot choose the daemon or its data by a setting of the folder', () => {
    const config = vscode.workspace.getConfiguration('vmSystem');
    assert.equal(config.get('dataDirectory'), '', 'what .vscode/settings.json says does not count');
    assert.equal(config.get('defaultTemplate'), '');
  });
});
