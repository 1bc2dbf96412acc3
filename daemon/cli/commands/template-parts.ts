import type { Command } from 'commander';
import type { LibraryInfo, ModuleInfo } from '../../../shared/model/metadata.ts';
import type { Capability, StartupFile } from '../../../shared/model/template.ts';
import { contextOf } from '../context.ts';
import { integer, jsonObject } from '../parse.ts';

const at = (id: string, rest: string): string => `templates/${encodeURIComponent(id)}/${rest}`;

/** Startup files, capabilities, modules and libraries of a template. */
export function addTemplatePartCommands(template: Command): void {
  addStartupFileCommands(template);
  addCapabilityCommands(template);
  for (const part of ['module', 'library'] as const) addNamedCommands(template, part);
  addCatalogueCommands(template);
}

function addStartupFileCommands(template: Command): void {
  template
    .command('add-startup <template-id>')
    .description('run a file of the worktree when a session starts')
    .requiredOption('--path <path>', 'file, relative to the worktree')
    .option('--order <number>', 'lowest first', integer, 0)
    .option('--mode <mode>', 'eval or import', 'eval')
    .action(async (id: string, options: { path: string; order: number; mode: string }, command: Command) => {
      const { client, output } = contextOf(command);
      const { path, order: order_index, mode } = options;
      const added = await client.post<StartupFile>(at(id, 'startup-files'), { path, order_index, mode });
      output.result(added, () => {
        output.line(`Added startup file: ${added.path} (ID: ${added.id})`);
      });
    });
  template
    .command('list-startup <template-id>')
    .description('list startup files in their order')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const files = await client.get<StartupFile[]>(at(id, 'startup-files'));
      output.result(files, () => {
        const rows = files.map((each) => [String(each.order_index), each.path, each.mode, each.id]);
        output.table(['ORDER', 'PATH', 'MODE', 'ID'], rows, 'No startup files.');
      });
    });
  addRemoval(template, 'remove-startup', '<startup-file-id>', 'startup-files', 'startup file');
}

function addCapabilityCommands(template: Command): void {
  template
    .command('add-capability <template-id>')
    .description('allow something, or deny it; the same kind and name is replaced')
    .requiredOption('--kind <kind>', 'module, global, fs, net or env')
    .requiredOption('--name <name>', 'what of that kind')
    .option('--enabled', 'allow it (the default)')
    .option('--disabled', 'deny it')
    .option('--config <json>', 'details, as JSON', jsonObject)
    .action(
      async (
        id: string,
        { kind, name, disabled, config }: { kind: string; name: string; disabled?: boolean; config?: object },
        command: Command,
      ) => {
        const { client, output } = contextOf(command);
        const body = { kind, name, enabled: disabled !== true, ...(config === undefined ? {} : { config }) };
        const added = await client.post<Capability>(at(id, 'capabilities'), body);
        output.result(added, () => {
          output.line(`Added capability: ${added.kind}:${added.name} (ID: ${added.id})`);
        });
      },
    );
  template
    .command('list-capabilities <template-id>')
    .description('list capabilities')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const capabilities = await client.get<Capability[]>(at(id, 'capabilities'));
      output.result(capabilities, () => {
        const rows = capabilities.map((each) => [
          each.kind,
          each.name,
          each.enabled ? 'yes' : 'no',
          JSON.stringify(each.config),
          each.id,
        ]);
        output.table(['KIND', 'NAME', 'ENABLED', 'CONFIG', 'ID'], rows, 'No capabilities.');
      });
    });
  addRemoval(template, 'remove-capability', '<capability-id>', 'capabilities', 'capability');
}

/** add-, remove- and list- for what a template has by name. */
function addNamedCommands(template: Command, part: 'module' | 'library'): void {
  const plural = part === 'module' ? 'modules' : 'libraries';
  template
    .command(`add-${part} <template-id>`)
    .description(part === 'module' ? 'let sessions use a host module' : 'load a library into sessions')
    .requiredOption('--name <name>', part === 'module' ? 'fs, database, exec or http' : 'for example lodash@4.17.21')
    .action(async (id: string, { name }: { name: string }, command: Command) => {
      await addByName(command, id, part, name);
    });
  addRemoval(template, `remove-${part}`, '<name>', plural, part);
  template
    .command(`list-${plural} <template-id>`)
    .description(`list ${plural} of a template`)
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const names = await client.get<string[]>(at(id, plural));
      output.result(names, () => {
        if (names.length === 0) output.line(`No ${plural}.`);
        for (const name of names) output.line(name);
      });
    });
}

/** Also what `modules add-module` and `modules add-library` of the original do. */
export async function addByName(command: Command, id: string, part: 'module' | 'library', name: string): Promise<void> {
  const { client, output } = contextOf(command);
  const added = await client.post<{ name: string }>(at(id, part === 'module' ? 'modules' : 'libraries'), { name });
  output.result(added, () => {
    output.line(`Added ${part}: ${added.name}`);
  });
}

function addRemoval(template: Command, name: string, argument: string, collection: string, what: string): void {
  template
    .command(`${name} <template-id> ${argument}`)
    .description(`remove a ${what}`)
    .action(async (id: string, part: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.result(await client.delete(at(id, `${collection}/${encodeURIComponent(part)}`)), () => {
        output.line(`Removed ${what}: ${part}`);
      });
    });
}

function addCatalogueCommands(template: Command): void {
  template
    .command('list-available-modules')
    .description('list host modules that can be added')
    .action(async (_options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const modules = await client.get<ModuleInfo[]>('metadata/modules');
      output.result(modules, () => {
        output.table(
          ['NAME', 'DESCRIPTION'],
          modules.map((each) => [each.name, each.description]),
          'No modules.',
        );
      });
    });
  template
    .command('list-available-libraries')
    .description('list libraries of the catalogue and of the cache')
    .action(async (_options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const libraries = await client.get<LibraryInfo[]>('metadata/libraries');
      output.result(libraries, () => {
        const rows = libraries.map(({ name, version, global = '', cached, description }) => [
          ...[name, version, global, cached ? 'yes' : 'no', description],
        ]);
        output.table(['NAME', 'VERSION', 'GLOBAL', 'CACHED', 'DESCRIPTION'], rows, 'No libraries.');
      });
    });
}
