import { createDaemon, type Daemon } from './create-daemon.ts';
import { ensureToken } from './data-directory.ts';
import { LogOutput } from './log/log-output.ts';
import { createLogger } from './log/logger.ts';
import { startOwnedDaemon, type OwnedDaemonOptions } from './owned-daemon.ts';
import { OwnershipError } from './ownership/ownership-error.ts';
import { outliveReaders } from './ownership/outlive-readers.ts';
import { ProcessEnd } from './process-end.ts';

export type ServeOptions = Omit<OwnedDaemonOptions, 'logger' | 'log' | 'onStop'> & {
  logLevel: string;
  /** Whether the database was named apart from the data directory: then it may be served beside that directory's daemon. */
  isDatabaseNamed: boolean;
};

/** How often a daemon that a launcher started looks whether the launcher is still there. */
const LAUNCHER_POLL_MS = 500;

/** Runs a daemon in this process until a signal stops it; the promise resolves when it accepts requests. */
export async function serve({ logLevel, isDatabaseNamed, ...options }: ServeOptions): Promise<Daemon> {
  const log = new LogOutput({ alwaysToStderr: true });
  const logger = createLogger(logLevel, log);
  const end = new ProcessEnd(logger);
  const onStop = (reason: string): void => {
    end.stop(reason);
  };
  const all = { ...options, logger, log, onStop };
  const starting = startOwnedDaemon(all).catch(async (error: unknown) => {
    if (!isDatabaseNamed || !(error instanceof OwnershipError)) throw error;
    const token = ensureToken(options.dataDirectory);
    const beside = await createDaemon({ ...all, auth: { mode: options.authMode, token } });
    logger.warn(`${error.message}; this daemon is reached by its address only`);
    return beside;
  });
  // Before anyone can know that we are here: whoever reads the line below may send a signal at once.
  end.attach(starting);
  stopWithLauncher(onStop);
  const daemon = await starting;
  outliveReaders();
  process.stdout.write(`vm-system daemon listening on ${daemon.url.replace('http://', '')}\n`);
  if (options.authMode === 'none') {
    logger.warn('authentication is off: every local user and program can use this daemon');
  }
  return daemon;
}

/** A launcher that cannot become us (exec) starts us as a child; killed, it must not leave us behind. */
function stopWithLauncher(stop: (reason: string) => void): void {
  const launcher = Number(process.env['VM_SYSTEM_LAUNCHER_PID']);
  if (!Number.isInteger(launcher) || launcher <= 0) return;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    stop('the daemon was stopped (its launcher ended)');
  }, LAUNCHER_POLL_MS);
  timer.unref();
}
