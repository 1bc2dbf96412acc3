import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Execution } from '../../../shared/model/execution.ts';
import { answering, type Asked } from './answers.ts';
import { command, withSetting } from './reached.ts';
import { edit, file, outputText, runFile, theExtension, tidyUp, until, untilOutput } from './window.ts';

const { Global } = vscode.ConfigurationTarget;

async function daemonPid(): Promise<number> {
  const { client } = await theExtension();
  const { state } = client;
  assert.ok(state.kind === 'connected');
  return state.daemon.pid;
}

/** Text of the log's channel; it has to be shown for that. */
function logText(): string {
  const isLog = ({ uri }: vscode.TextDocument): boolean =>
    uri.scheme === 'output' && uri.path.includes('VM System Log');
  return vscode.workspace.textDocuments.find(isLog)?.getText() ?? '';
}

describe('the daemon behind the window', () => {
  afterEach(tidyUp);

  it('is started again after it was killed; the user is told, and what ran is known to have ended', async () => {
    await edit('victim.js', 'console.log("before the end");\nfor (;;) ;\n');
    const running = command<Execution>('vmSystem.runFile', file('victim.js'));
    await untilOutput('before the end');
    const { state, active } = await theExtension();
    const session = await until('active session', () => active.current());
    const pid = await daemonPid();
    let ended: Execution | undefined;
    const asked: Asked = await answering(['Restart Sessions'], async () => {
      process.kill(pid, 'SIGKILL');
      ended = await running;
      await until('ready session', () => state.session(session.id)?.status === 'ready');
    });
    assert.match(asked[0]?.question ?? '', /ended unexpectedly\. It was started again\. Of the sessions, \w+ closed/);
    assert.notEqual(ended?.status, 'ok');
    assert.notEqual(await daemonPid(), pid);
    assert.equal(outputText().match(/\[info\] {2}before the end/g)?.length, 1, 'no event is told twice');
    await edit('next.js', 'console.log("works again");\n');
    assert.equal((await runFile('next.js')).status, 'ok');
    await untilOutput('works again');
  });

  it('stays ended when somebody stopped it, whatever is shown, until somebody needs it', async () => {
    await edit('stopped.js', 'var kept = { in: 1 };\n');
    await runFile('stopped.js');
    const { client, sessionTree, templateTree, variableTree } = await theExtension();
    for (const view of ['sessions', 'templates', 'variables']) await command(`vmSystem.${view}.focus`);
    const shown = [...(await sessionTree.getChildren()), ...(await variableTree.getChildren())];
    const pid = await daemonPid();
    const states: string[] = [];
    const watching = client.onDidChangeState(({ kind }) => states.push(kind));
    process.kill(pid, 'SIGTERM');
    await until('the end', () => client.state.kind === 'down');
    for (const tree of [sessionTree, templateTree, variableTree]) await tree.getChildren().catch(() => undefined);
    for (const node of shown) {
      if ('kind' in node) await sessionTree.getChildren(node).catch(() => undefined);
      else await variableTree.getChildren(node);
    }
    const other = await edit('other.js', '1;\n');
    await until('other editor', () => vscode.window.activeTextEditor === other);
    assert.deepEqual(states, ['connecting', 'down']);
    watching.dispose();
    assert.equal((await runFile('stopped.js')).status, 'ok');
    assert.notEqual(await daemonPid(), pid);
  });

  it('is reached again at the command of the user', async () => {
    await edit('once.js', '1;\n');
    await runFile('once.js');
    const pid = await daemonPid();
    await command('vmSystem.restartDaemon');
    assert.equal(await daemonPid(), pid, 'the daemon itself and its sessions stay');
    assert.equal((await runFile('once.js')).status, 'ok');
  });

  it('has its log and the trace of the protocol in a channel of their own', async () => {
    await withSetting('vmSystem.trace.server', 'messages', Global, async () => {
      await edit('traced.js', '1;\n');
      await runFile('traced.js');
      await command('vmSystem.showLog');
      await until('trace', () => logText().includes('vm/execution/runFile'));
      assert.doesNotMatch(logText(), /"path": ?"traced\.js"/, 'messages shows names only');
    });
    await withSetting('vmSystem.trace.server', 'verbose', Global, async () => {
      await runFile('traced.js');
      await command('vmSystem.showLog');
      await until('contents', () => /"path": ?"traced\.js"/.test(logText()));
    });
  });

  it('is that of the data directory which the setting names', async () => {
    await edit('where.js', '1;\n');
    await runFile('where.js');
    const pid = await daemonPid();
    const { client } = await theExtension();
    const folder = mkdtempSync(join(tmpdir(), 'vm-other-'));
    await withSetting('vmSystem.dataDirectory', folder, Global, async () => {
      await until(
        'other daemon',
        () => client.state.kind === 'connected' && client.state.daemon.data_directory === folder,
      );
      const other = await daemonPid();
      assert.notEqual(other, pid);
      process.kill(other);
    });
    await until('first daemon', () => client.state.kind === 'connected' && client.state.daemon.pid === pid);
    rmSync(folder, { recursive: true, maxRetries: 5 });
  });
});
