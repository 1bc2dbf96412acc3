import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { libraryCacheFolder } from '../../libraries/cache-directory.ts';
import { CommandError, UsageError } from '../cli-errors.ts';
import type { GlobalOptions } from '../context.ts';
import { privateFolder } from '../../data-directory.ts';
import { address, integerFrom } from '../parse.ts';
import { isLoopback } from '../server-url.ts';

type ServeFlags = GlobalOptions & {
  listen: { host: string; port: number };
  dataDir?: string;
  durability: 'normal' | 'full';
  auth: 'token' | 'auto' | 'none';
  allowHost?: string[];
  pool: number;
  maxSessions: number;
};

/** serve: the daemon in the foreground. */
export function addServeCommand(program: Command, version: string): void {
  program
    .command('serve')
    .description('run the daemon until it is stopped')
    .addOption(
      new Option('--listen <host:port>', 'where it answers')
        .argParser(address)
        .default({ host: '127.0.0.1', port: 3210 }, '127.0.0.1:3210'),
    )
    .option('--data-dir <path>', 'folder of the database, the socket and the token')
    .addOption(
      new Option('--durability <mode>', 'what acknowledged work survives: SIGKILL, or power loss too')
        .choices(['normal', 'full'])
        .default('normal'),
    )
    .addOption(new Option('--auth <mode>', 'who may ask').choices(['token', 'auto', 'none']).default('auto'))
    .option('--allow-host <name>', 'a further name by which it is addressed; repeat it for more', collect)
    .option('--pool <number>', 'spare runtime hosts that are kept ready', integerFrom(0), 2)
    .option('--max-sessions <number>', 'sessions alive at once', integerFrom(1), 200)
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<ServeFlags>();
      const dataDirectory = privateFolder(flags.dataDir);
      warnOfOthers(flags);
      const { serve } = await import('../../serve.ts');
      await serve({
        dbPath: flags.db ?? join(dataDirectory, 'vm-system.db'),
        isDatabaseNamed: flags.db !== undefined,
        dataDirectory,
        idleExitMs: undefined,
        durability: flags.durability,
        listen: flags.listen,
        // The daemon of another data directory may have the usual port; one that was asked for is meant.
        mayMovePort: command.getOptionValueSource('listen') === 'default',
        authMode: flags.auth,
        allowedHosts: flags.allowHost ?? [],
        libraryCache: libraryCacheFolder(),
        spareHosts: flags.pool,
        maxSessions: flags.maxSessions,
        logLevel: flags.logLevel ?? 'info',
        version,
      }).catch((error: unknown) => {
        throw explain(error, flags.listen);
      });
    });
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** Whoever uses the daemon runs code and reads folders as its user: never the whole network, unasked. */
function warnOfOthers({ listen: { host }, auth }: ServeFlags): void {
  if (isLoopback(host)) return;
  if (auth === 'none') throw new UsageError(`--auth none is for loopback addresses only; others could use ${host} too`);
  process.stderr.write(
    `warning: others can reach ${host}; they need the token, and it travels unencrypted. --allow-host names how they may address the daemon\n`,
  );
}

/** Failures at start have one sentence each; anything else is a fault of ours and keeps its stack. */
function explain(error: unknown, { host, port }: { host: string; port: number }): unknown {
  if (!(error instanceof Error)) return error;
  if (['StoreOpenError', 'DataDirectoryError', 'OwnershipError'].includes(error.name))
    return new CommandError(error.message);
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new CommandError(`${host}:${port} is in use; choose another with --listen, or stop what listens there`);
    case 'EACCES':
      return new CommandError(`may not listen on ${host}:${port}; choose a port above 1023 with --listen`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandError(`${host} is not an address of this machine; choose another with --listen`);
    default:
      return error;
  }
}
