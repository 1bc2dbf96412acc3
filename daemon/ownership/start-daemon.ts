import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isServed } from './connect.ts';
import { OwnershipError } from './ownership-error.ts';
import { requirePrivate } from './private-path.ts';

/** From nothing to ready, on a slow machine with a large database to check. */
const START_MS = 30_000;

/** The line by which a daemon that was started detached says that it accepts clients; any other says why it does not. */
export const READY = 'ready';

/** How to start the daemon: the program's entry, and the arguments after it. */
export type StartCommand = {
  entry: string;
  args: readonly string[];
  /** The Node that runs it; by default this process' own, with its options. */
  node?: string;
  /** By default this process' own. */
  env?: NodeJS.ProcessEnv;
};

/**
 * Starts a daemon, unless somebody is faster: a `serve`, another editor's window, a client with a daemon of its own.
 * Throws OwnershipError.
 */
export async function startUnlessServed(dataDirectory: string, command: StartCommand): Promise<void> {
  await startDetached(dataDirectory, command).catch(async (error: unknown) => {
    if (!(await isServed(dataDirectory))) throw error;
  });
}

/**
 * Starts a daemon that outlives this process and has nothing of it but its environment, and waits until it is ready.
 * It says so, or why it is not, in one line on its standard output, and nothing after that. Throws OwnershipError.
 */
async function startDetached(dataDirectory: string, { entry, args, ...given }: StartCommand): Promise<void> {
  const env = { ...(given.env ?? process.env) };
  // A daemon that is started by a launcher ends with it; this one must not.
  delete env['VM_SYSTEM_LAUNCHER_PID'];
  const log = openLog(dataDirectory);
  const [node, options] = given.node === undefined ? [process.execPath, process.execArgv] : [given.node, []];
  const child = spawn(node, [...options, entry, ...args], {
    cwd: dataDirectory,
    detached: true,
    env,
    stdio: ['ignore', 'pipe', log],
    windowsHide: true,
  });
  closeSync(log);
  child.unref();
  const { stdout } = child;
  if (stdout === null) throw new TypeError('the child has no stdout');
  const lines = createInterface({ input: stdout });
  const said = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(lines, 'close').then(() => 'it ended at once; daemon.log in the data directory may say why'),
    once(child, 'error').then(([error]) => (error as Error).message),
    delay(START_MS, `it is not ready after ${START_MS / 1000} s`, { ref: false }),
  ]);
  lines.close();
  stdout.destroy();
  if (said !== READY) throw new OwnershipError(`the daemon did not start: ${said}`);
}

/** For what Node itself prints; the daemon opens the same file for its log, and keeps it from growing. */
function openLog(dataDirectory: string): number {
  const path = join(dataDirectory, 'daemon.log');
  requirePrivate(path, 'file');
  return openSync(path, 'a', 0o600);
}
