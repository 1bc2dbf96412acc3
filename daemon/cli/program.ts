import { Command, Option } from 'commander';
import { LOG_LEVELS } from '../../shared/model/log-levels.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addDaemonCommand } from './commands/daemon.ts';
import { addExecutionCommands } from './commands/execution.ts';
import { addLibsCommands } from './commands/libs.ts';
import { addOpsCommands } from './commands/ops.ts';
import { addReplCommand } from './commands/repl.ts';
import { addRunCommand } from './commands/run.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSessionCommands } from './commands/session.ts';
import { addHelpCommand, addModulesCommands, addTokenCommand } from './commands/small.ts';
import { addStopAndStatusCommands } from './commands/stop-status.ts';
import { addTemplateCommands } from './commands/template.ts';
import { VersionAsked } from './cli-errors.ts';
import { DEFAULT_SERVER_URL } from './context.ts';
import { serverUrl } from './server-url.ts';

/** The whole command line: every command and option, none of them run yet. */
export function createProgram(version: string): Command {
  const program = new Command('vm-system')
    .description('Long-lived, isolated JavaScript sessions bound to a folder of code.')
    .option('-V, --version', 'print the versions of vm-system and of what it works with')
    .on('option:version', () => {
      throw new VersionAsked();
    })
    .option('--db <path>', 'database of the daemon that is started')
    .option(
      '--server-url <url>',
      `address of the daemon (default: that of the data directory, else ${DEFAULT_SERVER_URL})`,
      serverUrl,
    )
    .option('--json', 'print the answer of the API as one JSON document')
    .addOption(new Option('--log-level <level>', 'the least important that the daemon logs').choices(LOG_LEVELS))
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addRunCommand(program, version);
  addReplCommand(program, version);
  addServeCommand(program, version);
  addDaemonCommand(program, version);
  addStopAndStatusCommands(program, version);
  addTemplateCommands(program);
  addSessionCommands(program);
  addExecutionCommands(program);
  addModulesCommands(program);
  addLibsCommands(program);
  addOpsCommands(program, version);
  addTokenCommand(program);
  addCompletionCommands(program, version);
  addHelpCommand(program);
  passDown(program);
  return program;
}

/** The global options are understood behind a subcommand as well as before it. */
function passDown(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().configureOutput(command.configureOutput());
    for (const option of rootOptions(command)) child.addOption(option);
    passDown(child);
  }
}

function rootOptions(command: Command): readonly Command['options'][number][] {
  let root = command;
  while (root.parent !== null) root = root.parent;
  return root.options.filter(({ long }) => long !== '--version');
}
