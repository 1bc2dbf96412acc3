import type { Logger } from 'pino';
import type { Daemon } from './create-daemon.ts';

/** How long a stop may take before the process ends anyway. */
const STOP_DEADLINE_MS = 5_000;

type Closable = Pick<Daemon, 'close'>;

/** The one way in which a process that holds a daemon ends: the daemon is closed first, within bounds. */
export class ProcessEnd {
  readonly #logger: Logger;
  #starting: Promise<Closable> | undefined;
  #isStopping = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** From here on signals close the daemon. The second one is from somebody who does not want to wait. */
  attach(starting: Promise<Closable>): void {
    this.#starting = starting;
    process.on('uncaughtExceptionMonitor', (error) => {
      this.#logger.fatal({ err: error }, 'the daemon crashes');
    });
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(name, () => {
        if (this.#isStopping) process.exit(1);
        this.stop(`the daemon was stopped (${name})`);
      });
    }
  }

  /** @param reason for clients, and for the sessions that are closed */
  stop(reason: string, exitCode = 0): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    setTimeout(() => {
      this.#logger.error('stopping took too long');
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
    void this.#close(reason, exitCode);
  }

  async #close(reason: string, exitCode: number): Promise<void> {
    // One that cannot start says so by itself.
    const daemon = await this.#starting?.catch(() => undefined);
    if (daemon === undefined) return;
    try {
      await daemon.close(reason);
      process.exit(exitCode);
    } catch (error) {
      this.#logger.error({ err: error }, 'stopping failed');
      process.exit(1);
    }
  }
}
