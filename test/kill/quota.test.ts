import assert from 'node:assert/strict';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { Template } from '../../shared/model/template.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { moduleProcess } from './module-process.ts';

describe('the quota of files', function () {
  this.timeout(60_000);
  let folder: DaemonFolder;
  let daemon: DaemonProcess;
  let session: Session;
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    folder = await DaemonFolder.make();
    daemon = await DaemonProcess.start(folder);
    const { id } = await daemon.client.post<Template>('templates', { name: 'quota' });
    for (const name of ['fs', 'database']) await daemon.client.post(`templates/${id}/modules`, { name });
    const quota = { kind: 'fs', name: 'quota', config: { quota_bytes: 10 } };
    await daemon.client.post(`templates/${id}/capabilities`, quota);
    session = await daemon.sessionOf(id);
    await write('a', 6);
  });
  afterEach(async () => {
    await daemon.end('SIGKILL');
    await folder.remove();
  });

  const write = async (name: string, bytes: number): Promise<string> => {
    const { result, error } = await daemon.repl(
      session,
      `require('fs').writeFileSync('${name}', 'x'.repeat(${bytes}))`,
    );
    return error?.message ?? result?.preview ?? '';
  };
  const killModules = async (): Promise<void> => {
    const pid = moduleProcess(daemon);
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => isReaped(pid), 'the end of the module process');
  };
  /** A call that comes before the daemon has noticed ends like those that were under way. */
  const restarted = async (): Promise<void> => {
    const source = "require('database').configure('sqlite3', ':memory:')";
    await waitUntil(async () => (await daemon.repl(session, source)).status === 'ok', 'the next process', 15_000);
  };

  it('is that of the session, whatever becomes of the process that writes', async () => {
    await killModules();
    await restarted();
    assert.match(await write('b', 6), /EDQUOT/);
    assert.equal(await write('b', 4), 'undefined');
    await killModules();
    await restarted();
    assert.match(await write('c', 1), /EDQUOT/);
    await daemon.repl(session, "require('fs').rmSync('a')");
    assert.equal(await write('c', 6), 'undefined');
  });

  it('is used up when the process ends in the middle of a call', async () => {
    process.kill(moduleProcess(daemon), 'SIGSTOP');
    const running = await daemon.start(session, "console.log('now'); require('fs').writeFileSync('b', 'x')");
    const events = (): Promise<unknown[]> => daemon.client.get(`executions/${running.id}/events`);
    await waitUntil(async () => (await events()).length > 1, 'the call');
    await killModules();
    const status = async () => (await daemon.client.get<Execution>(`executions/${running.id}`)).status;
    await waitUntil(async () => (await status()) === 'error', 'the end of the call');
    await restarted();
    assert.match(await write('c', 1), /EDQUOT/);
  });

  it('begins anew with the session', async () => {
    await daemon.client.post(`sessions/${session.id}/restart`, {});
    assert.equal(await write('b', 10), 'undefined');
  });
});

/** Whether the daemon knows of its end: a call before that is answered with that end. */
function isReaped(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}
