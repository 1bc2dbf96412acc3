import type { Command } from 'commander';
import { defaultDataDirectory, ensureToken } from '../../data-directory.ts';
import { UsageError } from '../cli-errors.ts';
import { contextOf } from '../context.ts';
import { readTopic, topics } from '../help-topics.ts';
import { addByName } from './template-parts.ts';

/** token: what a client that is not this CLI sends as its bearer token. */
export function addTokenCommand(program: Command): void {
  program
    .command('token')
    .description('print the bearer token of the data directory')
    .action((_options: object, command: Command) => {
      const { output } = contextOf(command);
      output.result({ token: ensureToken(defaultDataDirectory()) }, ({ token }) => {
        output.line(token);
      });
    });
}

/** help TOPIC prints a page of the documentation; `help COMMAND` still is commander's own. */
export function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  program
    .command('help [topic]')
    .description('print a page of the documentation, or the help of a command')
    .action((topic: string | undefined) => {
      const named = program.commands.find((each) => each.name() === topic || each.alias() === topic);
      if (topic === undefined) {
        program.outputHelp();
        process.stdout.write(
          `\nTopics (vm-system help TOPIC):\n${topics()
            .map((name) => `  ${name}\n`)
            .join('')}`,
        );
      } else if (topics().includes(topic)) {
        process.stdout.write(readTopic(topic));
      } else if (named !== undefined) {
        named.outputHelp();
      } else {
        throw new UsageError(`there is no help on "${topic}"; there is on ${topics().join(', ')}`);
      }
    });
}

/** modules add-module|add-library: the original's names for what `template` does. */
export function addModulesCommands(program: Command): void {
  const modules = program.command('modules').description('the same as template add-module and template add-library');
  for (const part of ['module', 'library'] as const) {
    modules
      .command(`add-${part}`)
      .description(`add a ${part} to a template`)
      .option('--template-id <id>', 'the template')
      .option('--vm-id <id>', 'the same, by its old name')
      .option(`--${part}-id <name>`, `name of the ${part}`)
      .option('--name <name>', 'the same')
      .action(async (options: Record<string, string | undefined>, command: Command) => {
        const id = options['templateId'] ?? options['vmId'];
        const name = options['name'] ?? options[`${part}Id`];
        if (id === undefined || name === undefined) throw new UsageError('give --template-id and --name');
        await addByName(command, id, part, name);
      });
  }
}
