import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { defaultDataDirectory } from '../../data-directory.ts';
import { libraryCacheFolder } from '../../libraries/cache-directory.ts';
import { CommandError } from '../cli-errors.ts';
import type { GlobalOptions } from '../context.ts';
import { address, integer } from '../parse.ts';

type ServeFlags = GlobalOptions & {
  listen: { host: string; port: number };
  dataDir?: string;
  durability: 'normal' | 'full';
  auth: 'token' | 'auto' | 'none';
  allowHost: string[];
  pool: number;
  maxSessions: number;
};

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/** serve: the daemon in the foreground. */
export function addServeCommand(program: Command, version: string): void {
  program
    .command('serve')
    .description('run the daemon until it is stopped')
    .option('--listen <host:port>', 'where it answers', address, { host: '127.0.0.1', port: 3210 })
    .option('--data-dir <path>', 'folder of the database and the token')
    .addOption(
      new Option('--durability <mode>', 'what acknowledged work survives: SIGKILL, or power loss too')
        .choices(['normal', 'full'])
        .default('normal'),
    )
    .addOption(new Option('--auth <mode>', 'who may ask').choices(['token', 'auto', 'none']).default('auto'))
    .option('--allow-host <name>', 'a further name by which it is addressed; repeat it for more', collect, [])
    .option('--pool <number>', 'spare runtime hosts that are kept ready', integer, 2)
    .option('--max-sessions <number>', 'sessions alive at once', integer, 200)
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<ServeFlags>();
      const dataDirectory = flags.dataDir ?? defaultDataDirectory();
      if (!LOOPBACK.has(flags.listen.host)) {
        process.stderr.write(`warning: ${flags.listen.host} can be reached by others; they need the token\n`);
      }
      const { serve } = await import('../../serve.ts');
      await serve({
        dbPath: flags.db ?? join(dataDirectory, 'vm-system.db'),
        dataDirectory,
        durability: flags.durability,
        listen: flags.listen,
        authMode: flags.auth,
        allowedHosts: flags.allowHost,
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

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** Failures at start have one sentence each; anything else is a fault of ours and keeps its stack. */
function explain(error: unknown, { host, port }: { host: string; port: number }): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'StoreOpenError' || error.name === 'DataDirectoryError') return new CommandError(error.message);
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
