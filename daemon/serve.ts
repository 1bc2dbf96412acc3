import type { Logger } from 'pino';
import { createDaemon, type Daemon, type DaemonOptions } from './create-daemon.ts';
import { ensureToken } from './data-directory.ts';
import { createLogger } from './logger.ts';

export type ServeOptions = Omit<DaemonOptions, 'auth' | 'logger'> & {
  dataDirectory: string;
  authMode: DaemonOptions['auth']['mode'];
  logLevel: string;
};

/** How long a stop may take before the process ends anyway. */
const STOP_DEADLINE_MS = 5_000;
/** How often a daemon that a launcher started looks whether the launcher is still there. */
const LAUNCHER_POLL_MS = 500;

/** Runs a daemon in this process until a signal stops it; the promise resolves when it accepts requests. */
export async function serve(options: ServeOptions): Promise<Daemon> {
  const logger = createLogger(options.logLevel);
  const token = ensureToken(options.dataDirectory);
  const starting = createDaemon({ ...options, logger, auth: { mode: options.authMode, token } });
  // Before anyone can know that we are here: whoever reads the line below may send a signal at once.
  stopWhenAsked(starting, logger);
  const daemon = await starting;
  outliveReaders();
  process.stdout.write(`vm-system daemon listening on ${daemon.url.replace('http://', '')}\n`);
  if (options.authMode === 'none') {
    logger.warn('authentication is off: every local user and program can use this daemon');
  }
  return daemon;
}

/** A signal, or the end of the launcher, closes the daemon and ends the process with 0. */
function stopWhenAsked(starting: Promise<Daemon>, logger: Logger): void {
  let stopping = false;
  const stop = (why: string): void => {
    // The second request is from somebody who does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => {
      logger.error('stopping took too long');
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
    const close = async (): Promise<void> => {
      // One that cannot start says so by itself.
      const daemon = await starting.catch(() => undefined);
      if (daemon === undefined) return;
      await daemon.close(`the daemon was stopped (${why})`);
      process.exit(0);
    };
    void close();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => {
      stop(name);
    });
  }
  stopWithLauncher(stop);
}

/** Other commands end with whoever reads their output; the daemon goes on. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', () => undefined);
  }
}

/** A launcher that cannot become us (exec) starts us as a child; killed, it must not leave us behind. */
function stopWithLauncher(stop: (why: string) => void): void {
  const launcher = Number(process.env['VM_SYSTEM_LAUNCHER_PID']);
  if (!Number.isInteger(launcher) || launcher <= 0) return;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    stop('its launcher ended');
  }, LAUNCHER_POLL_MS);
  timer.unref();
}
