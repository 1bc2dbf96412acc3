import { join, resolve } from 'node:path';
import type { BackgroundOptions } from '../background.ts';
import { privateFolder } from '../data-directory.ts';
import { libraryCacheFolder } from '../libraries/cache-directory.ts';
import type { StartCommand } from '../ownership/start-daemon.ts';
import { EXIT, UsageError } from './cli-errors.ts';

/** What `vm-system daemon` was asked for. Loaded without the rest of the command line: editors wait for it. */
export type DaemonFlags = {
  stdio?: boolean;
  own?: boolean;
  detached?: boolean;
  /** false: none is started. */
  start?: boolean;
  dataDir?: string;
  db?: string;
  logLevel?: string;
  idleExit: number | 'never';
};

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
export const DEFAULT_IDLE = '30m';

/** `90s`, `30m`, `never`; undefined for what is no such time. In milliseconds. */
export function idleTime(text: string): number | 'never' | undefined {
  if (text === 'never') return text;
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Is the daemon, or speaks with it, until that is over. */
export async function runDaemon(flags: DaemonFlags, version: string): Promise<void> {
  const dataDirectory = privateFolder(flags.dataDir);
  if (flags.detached !== true && flags.stdio !== true) throw new UsageError('say how to speak with it: --stdio');
  if (flags.start === false && (flags.detached === true || flags.own === true)) {
    throw new UsageError('--no-start is for a daemon that runs already; with --own or --detached one is started');
  }
  if (flags.detached === true) {
    const { serveDetached } = await import('../detached.ts');
    await serveDetached(options(dataDirectory, flags, version));
  } else if (flags.own === true) {
    const { serveOwnClient } = await import('../background.ts');
    await serveOwnClient(options(dataDirectory, flags, version));
  } else process.exitCode = await relayStdio(dataDirectory, flags, version);
}

/** The command by which this program starts the shared daemon of a data directory. */
export function startCommand(dataDirectory: string, flags: Partial<DaemonFlags> = {}): StartCommand {
  const { db, logLevel, idleExit } = flags;
  const args = ['daemon', '--detached', '--data-dir', dataDirectory];
  if (idleExit !== undefined) args.push('--idle-exit', idleExit === 'never' ? idleExit : `${idleExit}ms`);
  if (db !== undefined) args.push('--db', resolve(db));
  if (logLevel !== undefined) args.push('--log-level', logLevel);
  return { entry: process.argv[1] ?? '', args };
}

async function relayStdio(dataDirectory: string, flags: DaemonFlags, version: string): Promise<number> {
  const { joinDaemon, reachDaemon } = await import('../ownership/reach-daemon.ts');
  const { relay } = await import('../ownership/relay.ts');
  const { outliveReaders } = await import('../ownership/outlive-readers.ts');
  // The exit code says how the connection ended, also to who has stopped reading.
  outliveReaders();
  const start = startCommand(dataDirectory, flags);
  const parent = process.ppid;
  const { socket, welcome } =
    flags.start === false
      ? await joinDaemon({ dataDirectory, version })
      : await reachDaemon({ dataDirectory, version, start });
  if (welcome.daemon.version !== version) {
    process.stderr.write(`vm-system: the daemon (pid ${welcome.daemon.pid}) is version ${welcome.daemon.version}\n`);
  }
  const end = await relay(socket, { input: process.stdin, output: process.stdout });
  // What has not been read by now is for nobody, even where something else keeps the pipe open.
  if (process.ppid !== parent) process.exit(EXIT.guestFailed);
  if (end === 'daemon lost') {
    process.stderr.write('vm-system: the daemon ended unexpectedly; start this command again to reach the next one\n');
    return EXIT.daemonLost;
  }
  if (end.exit_code !== 0) process.stderr.write(`vm-system: ${end.reason}\n`);
  return end.exit_code;
}

function options(dataDirectory: string, flags: DaemonFlags, version: string): BackgroundOptions {
  return {
    dataDirectory,
    dbPath: flags.db === undefined ? join(dataDirectory, 'vm-system.db') : resolve(flags.db),
    durability: 'normal',
    listen: { host: '127.0.0.1', port: 3210 },
    mayMovePort: true,
    authMode: 'auto',
    allowedHosts: [],
    libraryCache: libraryCacheFolder(),
    spareHosts: 2,
    maxSessions: 200,
    logLevel: flags.logLevel ?? 'info',
    idleExitMs: flags.idleExit === 'never' ? undefined : flags.idleExit,
    version,
  };
}
