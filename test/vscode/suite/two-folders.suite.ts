import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Execution } from '../../../shared/model/execution.ts';
import { answering } from './answers.ts';
import { command } from './reached.ts';
import { file, theExtension, tidyUp } from './window.ts';

async function runIn(folder: number, name: string, text: string): Promise<Execution> {
  await vscode.workspace.fs.writeFile(file(name, folder), Buffer.from(text));
  await vscode.window.showTextDocument(file(name, folder));
  const execution = await command<Execution>('vmSystem.runFile', file(name, folder));
  assert.ok(execution);
  return execution;
}

describe('a window with two folders', () => {
  afterEach(tidyUp);

  it('has a session for each, and the file decides which', async () => {
    const one = await runIn(0, 'name.js', 'globalThis.name = "one"; name;\n');
    const two = await runIn(1, 'name.js', 'globalThis.name ??= "two"; name;\n');
    assert.notEqual(one.session_id, two.session_id);
    assert.equal(one.result?.preview, 'one');
    assert.equal(two.result?.preview, 'two');
    const { active, state } = await theExtension();
    assert.equal(active.current()?.id, two.session_id, 'that of the active editor');
    await vscode.window.showTextDocument(file('name.js', 0));
    assert.equal(active.current()?.id, one.session_id);
    const workspaces = [one, two].map(({ session_id }) => state.session(session_id)?.workspace_id);
    assert.deepEqual(workspaces, [vscode.workspace.name, vscode.workspace.name]);
  });

  it('asks for which folder a new session is', async () => {
    const asked = await answering(['second', undefined], () => command('vmSystem.newSession'));
    assert.deepEqual(asked[0]?.items, ['first', 'second']);
    const { state } = await theExtension();
    assert.match(state.aliveSessions[0]?.worktree_path ?? '', /second$/);
  });
});
