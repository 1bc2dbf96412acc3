import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readToken } from '../data-directory.ts';
import { CommandError } from './cli-errors.ts';
import { RestClient } from './rest-client.ts';

export type OwnDaemon = { client: RestClient; stop: () => Promise<void> };

/** Starts a daemon of our own on a private temporary folder and a free port; `stop` leaves nothing of it behind. */
export async function startOwnDaemon(): Promise<OwnDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'vm-system-'));
  const cli = process.argv[1] ?? '';
  const child = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--listen',
      '127.0.0.1:0',
      '--data-dir',
      folder,
      '--log-level',
      'warn',
      '--pool',
      '1',
      '--auth',
      'token',
    ],
    // The daemon stops when we are gone, however we went.
    { env: { ...process.env, VM_SYSTEM_LAUNCHER_PID: String(process.pid) }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)]);
  lines.close();
  if (first === undefined) {
    await stop();
    throw new CommandError('the daemon did not start; what it printed is above');
  }
  const serverUrl = `http://${String(first[0]).replace(/^.* on /, '')}`;
  return { client: new RestClient({ serverUrl, token: readToken(folder) }), stop };
}
