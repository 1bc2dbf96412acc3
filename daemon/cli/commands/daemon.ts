import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GlobalOptions } from '../context.ts';
import { DEFAULT_IDLE, idleTime, runDaemon, type DaemonFlags } from '../daemon-start.ts';

/** daemon --stdio: JSON-RPC for an editor or any other LSP client. */
export function addDaemonCommand(program: Command, version: string): void {
  program
    .command('daemon')
    .description('speak JSON-RPC (LSP framing) with the daemon of the data directory; one is started if there is none')
    .option('--stdio', 'on standard input and output')
    .option('--own', 'with a daemon in this process, which ends with it')
    .option('--no-start', 'with a daemon that runs already, or not at all')
    .addOption(new Option('--detached', 'be the daemon that others share').hideHelp())
    .option('--data-dir <path>', 'folder of the database, the socket and the token')
    .addOption(
      new Option('--idle-exit <duration>', 'end the daemon after this long without clients and live sessions, or never')
        .argParser(duration)
        .default(duration(DEFAULT_IDLE), DEFAULT_IDLE),
    )
    .action(async (_options: object, command: Command) => {
      await runDaemon(command.optsWithGlobals<DaemonFlags & GlobalOptions>(), version);
    });
}

function duration(text: string): number | 'never' {
  const time = idleTime(text);
  if (time === undefined) throw new InvalidArgumentError('It must be a time such as 90s, 30m or 2h, or never.');
  return time;
}
