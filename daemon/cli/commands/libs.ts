import type { Command } from 'commander';
import { LIBRARIES } from '../../../shared/catalogue/libraries.ts';
import { contextOf } from '../context.ts';

/**
 * libs download|add|list|remove|verify: the cache that sessions load libraries from. They need no daemon. What they do is
 * imported when they do it: other commands start without it.
 */
export function addLibsCommands(program: Command): void {
  const libs = program.command('libs').description('libraries: the cache that sessions load them from');
  const work = () => import('../library-work.ts');
  libs
    .command('download [names...]')
    .description('fetch libraries that are not in the cache yet; without names, the whole catalogue')
    .action(async (names: string[], _options: object, command: Command) => {
      const { addLibraries } = await work();
      await addLibraries(names.length === 0 ? Object.keys(LIBRARIES) : names, contextOf(command).output);
    });
  libs
    .command('add <names...>')
    .description('fetch any package of the npm registry, for example date-fns@^3')
    .action(async (names: string[], _options: object, command: Command) => {
      const { addLibraries } = await work();
      await addLibraries(names, contextOf(command).output);
    });
  libs
    .command('list')
    .description('list what is in the cache')
    .action(async (_options: object, command: Command) => {
      const { listLibraries } = await work();
      await listLibraries(contextOf(command).output);
    });
  libs
    .command('remove <names...>')
    .description('remove libraries from the cache; a bare name removes every version')
    .action(async (names: string[], _options: object, command: Command) => {
      const { removeLibraries } = await work();
      await removeLibraries(names, contextOf(command).output);
    });
  libs
    .command('verify')
    .description('compare everything in the cache with its checksum')
    .action(async (_options: object, command: Command) => {
      const { verifyLibraries } = await work();
      await verifyLibraries(contextOf(command).output);
    });
}
