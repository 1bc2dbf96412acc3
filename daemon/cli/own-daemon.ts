import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readToken } from '../data-directory.ts';
import { CommandError } from './cli-errors.ts';
import { unlessAborted } from './interruptible.ts';
import { RestClient } from './rest-client.ts';

export type OwnDaemon = { client: RestClient; stop: () => Promise<void> };

const SERVE_FLAGS = ['--listen', '127.0.0.1:0', '--auth', 'token', '--pool', '1', '--log-level', 'warn'];

/**
 * Starts a daemon of our own on a private temporary folder and a free port; `stop` leaves nothing of it behind. Nor does
 * our exit, however it comes about; only SIGKILL leaves the folder, as the daemon then has to end by itself.
 */
export async function startOwnDaemon(signal: AbortSignal): Promise<OwnDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'vm-system-'));
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'serve', '--data-dir', folder, ...SERVE_FLAGS], {
    env: { ...process.env, VM_SYSTEM_LAUNCHER_PID: String(process.pid) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C is for us, and we still need the daemon to cancel what runs.
    detached: true,
    windowsHide: true,
  });
  const discard = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', discard);
  const stop = async (): Promise<void> => {
    await endChild(child);
    await rm(folder, { recursive: true, force: true });
    process.off('exit', discard);
  };
  try {
    const serverUrl = await unlessAborted(listeningUrl(child), signal);
    return { client: new RestClient({ serverUrl, token: readToken(folder) }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new TypeError('the child has no stdout');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)]);
  lines.close();
  if (first === undefined) throw new CommandError('the daemon did not start; what it printed is above');
  return `http://${String(first[0]).replace(/^.* on /, '')}`;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
