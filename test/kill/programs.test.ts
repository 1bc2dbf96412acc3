import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../../shared/model/session.ts';
import type { Template } from '../../shared/model/template.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { moduleProcess } from './module-process.ts';

/** Four processes: two in the program's group, one in a session of its own, one whose parent is gone. */
const SCRIPT = [
  'trap "" TERM HUP INT',
  'sleep 300 & echo $! >> pids',
  "setsid sh -c 'echo $$ >> pids; exec sleep 300' > /dev/null 2>&1 < /dev/null &",
  "(setsid sh -c 'echo $$ >> pids; exec sleep 300' > /dev/null 2>&1 < /dev/null &)",
  'echo $$ >> pids',
  'wait',
].join('\n');

describe('programs that guests have started', function () {
  this.timeout(60_000);
  let folder: DaemonFolder;
  let daemon: DaemonProcess;
  let session: Session;
  let pids: number[] = [];

  before(function () {
    // The system elsewhere does not tell what left the group of a program.
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    pids = [];
    folder = await DaemonFolder.make();
    daemon = await DaemonProcess.start(folder);
    const { id } = await daemon.client.post<Template>('templates', { name: 'programs' });
    await daemon.client.patch(`templates/${id}/settings`, { limits: { wall_ms: 60_000 } });
    await daemon.client.post(`templates/${id}/modules`, { name: 'exec' });
    session = await daemon.sessionOf(id);
  });
  afterEach(async () => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
    await daemon.end('SIGKILL');
    await folder.remove();
  });

  const start = async (): Promise<string> => {
    const file = join(folder.path, 'pids');
    const { id } = await daemon.start(session, `require('exec').run('sh', ['-c', ${JSON.stringify(SCRIPT)}])`);
    const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
    await waitUntil(() => lines().length === 4, 'the programs to start', 20_000);
    pids = lines().map(Number);
    assert.deepEqual(pids.map(isAlive), [true, true, true, true]);
    return id;
  };
  const ended = (): Promise<void> => waitUntil(() => !pids.some(isAlive), 'all programs to end', 20_000);

  it('end with the execution', async () => {
    const id = await start();
    await daemon.client.post(`executions/${id}/cancel`, {});
    await ended();
  });

  it('end with the session', async () => {
    await start();
    await daemon.client.post(`sessions/${session.id}/close`, {});
    await ended();
  });

  it('end with the process that runs them, however that ends', async () => {
    const id = await start();
    process.kill(moduleProcess(daemon), 'SIGKILL');
    await ended();
    const hasEnded = async (): Promise<boolean> =>
      (await daemon.client.get<{ status: string }>(`executions/${id}`)).status !== 'running';
    await waitUntil(hasEnded, 'the execution to end', 20_000);
    const again = await daemon.repl(session, "require('exec').run('echo', ['again']).stdout");
    assert.equal(again.result?.preview, 'again\n');
  });

  it('end with the daemon, however that ends', async () => {
    await start();
    await daemon.end('SIGKILL');
    await ended();
  });
});
