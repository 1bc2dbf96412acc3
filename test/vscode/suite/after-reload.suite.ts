import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { LINES } from './reload-run.ts';
import { theExtension, until, untilOutput } from './window.ts';

describe('after the window was reloaded', () => {
  it('the run went on, and each of its lines is there once', async () => {
    const { active, client, state } = await theExtension();
    const seen = (): string => {
      const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.toString());
      const known = { state: client.state, hasChoice: active.hasChoiceHere(), folders, sessions: state.sessions };
      return `session that is the same, but ${JSON.stringify(known)}`;
    };
    const session = await until(seen, () => active.current());
    const text = await untilOutput(`line ${LINES} of the run`);
    const lines = [...text.matchAll(/line (\d+) of the run/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      lines,
      Array.from({ length: LINES }, (_, i) => i + 1),
    );
    await untilOutput(/\[done\].*ok/);
    const executions = await client.request('vm/execution/list', { session_id: session.id });
    assert.equal(executions.filter(({ kind }) => kind === 'run_file').length, 1);
  });
});
