import type { Daemon } from './create-daemon.ts';
import { LogOutput, type LogOutputOptions } from './log/log-output.ts';
import { createLogger } from './log/logger.ts';
import { startOwnedDaemon, type OwnedDaemonOptions } from './owned-daemon.ts';
import { outliveReaders } from './ownership/outlive-readers.ts';
import { READY } from './ownership/start-daemon.ts';
import { ProcessEnd } from './process-end.ts';

/** How often a daemon that belongs to one client looks whether the process that started it is still there. */
const PARENT_POLL_MS = 500;

export type BackgroundOptions = Omit<OwnedDaemonOptions, 'logger' | 'log' | 'onStop'> & { logLevel: string };

/**
 * The daemon that other processes share, started by the first of them: says on standard output that it is ready, or why
 * it is not, and then belongs to nobody. Its standard error is the log file, for what Node itself has to say.
 */
export async function serveShared(options: BackgroundOptions): Promise<void> {
  // The starter reads one line and leaves; so may everything else that was inherited.
  outliveReaders();
  try {
    await start(options, { alwaysToStderr: false });
    process.stdout.write(`${READY}\n`);
  } catch (error) {
    options.firstHost?.kill({ kind: 'died', message: 'the daemon did not start' });
    process.stdout.write(`${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}\n`);
    throw error;
  }
}

/** A daemon for one client, on standard input and output, that ends with it; others may use it meanwhile. */
export async function serveOwnClient(options: BackgroundOptions): Promise<void> {
  // A client that closes a stream is told apart from one that says exit, and the daemon is closed in order.
  outliveReaders();
  const { daemon, end } = await start(options, { alwaysToStderr: true });
  const parent = process.ppid;
  const leave = (reason: string, code: number): void => {
    end.stop(reason, code);
  };
  setInterval(() => {
    if (process.ppid !== parent) leave('the process that started the daemon has ended', 1);
  }, PARENT_POLL_MS).unref();
  const { exit_code, reason } = await daemon.rpc.serve({ input: process.stdin, output: process.stdout });
  if (exit_code !== 0) process.stderr.write(`vm-system: ${reason}\n`);
  leave(`its client has left (${reason})`, exit_code);
}

async function start(
  { logLevel, ...options }: BackgroundOptions,
  output: LogOutputOptions,
): Promise<{ daemon: Daemon; end: ProcessEnd }> {
  const log = new LogOutput(output);
  const logger = createLogger(logLevel, log);
  const end = new ProcessEnd(logger);
  const onStop = (reason: string): void => {
    end.stop(reason);
  };
  const starting = startOwnedDaemon({ ...options, logger, log, onStop });
  end.attach(starting);
  const daemon = await starting;
  return { daemon, end };
}
