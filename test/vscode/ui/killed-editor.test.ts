import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from '../../helpers/wait-until.ts';
import { installVsCode } from '../harness/vs-code-install.ts';
import { CleanVsCode, processesOf } from './clean-vs-code.ts';

const INSTALL_MS = 25 * 60_000;
const TEST_MS = 5 * 60_000;

/** Much longer than the idle time, and than processes take to end on a busy machine. */
const ENDS_MS = 60_000;

describe('a VS Code that is killed', function () {
  this.timeout(TEST_MS);
  let vscode: CleanVsCode;

  before(async function () {
    this.timeout(INSTALL_MS);
    vscode = await CleanVsCode.make(await installVsCode());
  });

  after(() => vscode.close());

  const program = async (...args: string[]): Promise<ChildProcess> => {
    const [node, cli] = await vscode.program();
    const env = { HOME: vscode.base, PATH: '', VM_SYSTEM_DATA_DIR: vscode.dataDirectory };
    return spawn(node, [cli, ...args], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  };

  it('leaves the sessions and their daemon, and without sessions nothing beyond the idle time of that', async () => {
    // The window will find this daemon, which waits less long than usual.
    const starter = await program('daemon', '--stdio', '--idle-exit', '2s');
    await waitUntil(async () => (await vscode.daemonPid().catch(() => 0)) > 0, 'a daemon', ENDS_MS);
    await vscode.start();
    const window = await vscode.open({
      folder: await vscode.folder('kept', { 'mark.js': 'console.log("it ran");\n' }),
    });
    await window.openFile('mark.js');
    await window.command('VM System: Run File in Session');
    await window.output(/it ran/);
    starter.stdin?.end();
    await once(starter, 'exit');
    assert.ok((await vscode.clients()) > 0, 'the window is connected');

    await vscode.kill();
    await waitUntil(async () => (await vscode.clients()) === 0, 'the end of the connections', ENDS_MS);
    const daemon = await vscode.daemonPid();
    assert.ok(processesOf(vscode.base).includes(daemon), 'a live session keeps its daemon');

    const [session] = await vscode.sessions();
    const closing = await program('session', 'close', session ?? '');
    assert.deepEqual(await once(closing, 'exit'), [0, null]);
    await waitUntil(() => processesOf(vscode.base).length === 0, 'the end of everything', ENDS_MS);
  });
});
