import assert from 'node:assert/strict';
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
      const text = (): string =>
        vscode.workspace.textDocuments
          .find(({ uri }) => uri.scheme === 'output' && /log/i.test(uri.path) && uri.path.includes('VM System'))
          ?.getText() ?? '';
      await until('trace', () => text().includes('vm/execution/runFile'));
      assert.doesNotMatch(text(), /"path": ?"traced\.js"/, 'messages shows names only');
    });
    await withSetting('vmSystem.trace.server', 'verbose', Global, async () => {
      await runFile('traced.js');
    });
  });
});
