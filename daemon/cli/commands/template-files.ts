import type { Command } from 'commander';
import { contextOf } from '../context.ts';

/** template export|apply: templates as files, to be kept with the code that they are for. */
export function addTemplateFileCommands(template: Command): void {
  const work = () => import('../template-file-work.ts');
  template
    .command('export <template-id>')
    .description('print a template as a file that apply takes')
    .action(async (id: string, _options: object, command: Command) => {
      const { exportTemplate } = await work();
      await exportTemplate(contextOf(command), id);
    });
  template
    .command('apply')
    .description('make or change a template until it is what a file says, and print what that took')
    .requiredOption('-f, --file <path>', 'the file; - is standard input')
    .option('--dry-run', 'print what it would take, and change nothing')
    .action(async ({ file, dryRun = false }: { file: string; dryRun?: boolean }, command: Command) => {
      const { applyTemplate } = await work();
      await applyTemplate(contextOf(command), file, dryRun);
    });
}
