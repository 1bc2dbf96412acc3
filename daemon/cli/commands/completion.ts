import { Argument, type Command } from 'commander';
import { SCRIPTS, SHELLS, type Shell } from '../completion/scripts.ts';
import { contextOf } from '../context.ts';
import { readTopic } from '../help-topics.ts';

/** man; completion SHELL, and what its scripts ask. */
export function addCompletionCommands(program: Command, version: string): void {
  program
    .command('man')
    .description('print the manual page: vm-system man | man -l -')
    .action(async () => {
      const { manPage } = await import('../man-page.ts');
      process.stdout.write(manPage(program, { version, reference: readTopic('cli-command-reference') }));
    });
  program
    .command('completion')
    .description('print a script that completes commands, options and ids in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell]);
    });
  program
    .command('complete [words...]', { hidden: true })
    .description('print what could come next; for the scripts that completion prints')
    .action(async (words: string[], _options: object, command: Command) => {
      const { candidatesAt } = await import('../completion/candidates.ts');
      const current = words.at(-1) ?? '';
      const wanted = candidatesAt(program, words.slice(0, -1), current);
      process.stdout.write(`${wanted.files ?? 'words'}\n`);
      for (const { value, description } of wanted.candidates) print(value, description);
      if (wanted.lookup === undefined) return;
      const { lookUp } = await import('../completion/look-up.ts');
      const [prefix, start] = /^(--[^=]+=)(.*)$/.exec(current)?.slice(1) ?? ['', current === '=' ? '' : current];
      for (const { value, description } of await lookUp(wanted.lookup, () => contextOf(command).client)) {
        if (value.startsWith(start ?? '')) print(`${prefix ?? ''}${value}`, description);
      }
    });
}

/** One line each: names that others chose must not look like two candidates. */
function print(value: string, description: string): void {
  process.stdout.write(`${value}\t${description.replaceAll(/\p{Cc}/gu, ' ')}\n`);
}
