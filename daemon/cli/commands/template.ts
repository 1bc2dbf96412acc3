import type { Command } from 'commander';
import type { SettingsPatch, TemplateSettings } from '../../../shared/model/settings.ts';
import type { Template, TemplateDetail } from '../../../shared/model/template.ts';
import { UsageError } from '../cli-errors.ts';
import { contextOf } from '../context.ts';
import type { Output } from '../output.ts';
import { integer, jsonObject } from '../parse.ts';
import { addTemplateFileCommands } from './template-files.ts';
import { addTemplatePartCommands } from './template-parts.ts';

/** template create|list|get|update|delete|set-settings and its parts; the group `vm` is the original's name for it. */
export function addTemplateCommands(program: Command): void {
  const template = program.command('template').alias('vm').description('templates: what a session may do');
  template
    .command('create')
    .description('make a template with the default settings')
    .requiredOption('--name <name>', 'its name, which no other template has')
    .option('--engine <engine>', 'v8; goja is taken too and means the same')
    .action(async ({ name, engine }: { name: string; engine?: string }, command: Command) => {
      const { client, output } = contextOf(command);
      const created = await client.post<Template>('templates', { name, ...(engine === undefined ? {} : { engine }) });
      output.result(created, () => {
        output.line(`Created template: ${created.name} (ID: ${created.id})`);
      });
    });
  template
    .command('list')
    .description('list templates')
    .action(async (_options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const templates = await client.get<Template[]>('templates');
      output.result(templates, () => {
        const rows = templates.map((each) => [
          each.id,
          each.name,
          each.engine,
          each.is_active ? 'yes' : 'no',
          each.created_at,
        ]);
        output.table(['ID', 'NAME', 'ENGINE', 'ACTIVE', 'CREATED'], rows, 'No templates.');
      });
    });
  template
    .command('get <template-id>')
    .description('show a template with everything that belongs to it')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.result(await client.get<TemplateDetail>(`templates/${encodeURIComponent(id)}`), showDetail(output));
    });
  addChanges(template);
  addTemplatePartCommands(template);
  addTemplateFileCommands(template);
}

function addChanges(template: Command): void {
  template
    .command('update <template-id>')
    .description('rename a template, or set whether it is active')
    .option('--name <name>', 'its new name')
    .option('--active <boolean>', 'true or false')
    .action(async (id: string, { name, active }: { name?: string; active?: string }, command: Command) => {
      const { client, output } = contextOf(command);
      if (active !== undefined && !/^(true|false)$/.test(active)) throw new UsageError('--active takes true or false');
      const body = {
        ...(name === undefined ? {} : { name }),
        ...(active === undefined ? {} : { is_active: active === 'true' }),
      };
      const updated = await client.patch<Template>(`templates/${encodeURIComponent(id)}`, body);
      output.result(updated, () => {
        output.line(`Updated template: ${updated.name} (ID: ${updated.id})`);
      });
    });
  template
    .command('delete <template-id>')
    .description('delete a template; its live sessions go on')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.result(await client.delete(`templates/${encodeURIComponent(id)}`), () => {
        output.line(`Deleted template: ${id}`);
      });
    });
  template
    .command('set-settings <template-id>')
    .description('change settings; what is not named stays')
    .option('--cpu-ms <ms>', 'CPU time of one execution', integer)
    .option('--wall-ms <ms>', 'elapsed time of one execution', integer)
    .option('--mem-mb <mib>', 'memory of a session', integer)
    .option('--max-events <number>', 'events of one execution', integer)
    .option('--max-output-kb <kib>', 'output of one execution', integer)
    .option('--limits <json>', 'limits as JSON', jsonObject)
    .option('--resolver <json>', 'resolver settings as JSON', jsonObject)
    .option('--runtime <json>', 'runtime settings as JSON', jsonObject)
    .option('--max-age-days <days>', 'delete executions that ended longer ago, or never', orNever)
    .option('--max-executions <number>', 'keep so many of each session, the newest, or all by never', orNever)
    .action(async (id: string, options: SettingsOptions, command: Command) => {
      const { client, output } = contextOf(command);
      const path = `templates/${encodeURIComponent(id)}/settings`;
      output.result(await client.patch<TemplateSettings>(path, settingsPatch(options)), (settings) => {
        output.line(`Settings of template: ${settings.vm_id}`);
        showSettings(output, settings);
      });
    });
}

type SettingsOptions = {
  cpuMs?: number;
  wallMs?: number;
  memMb?: number;
  maxEvents?: number;
  maxOutputKb?: number;
  limits?: Record<string, unknown>;
  resolver?: Record<string, unknown>;
  runtime?: Record<string, unknown>;
  maxAgeDays?: number | 'never';
  maxExecutions?: number | 'never';
};

function settingsPatch({ limits, resolver, runtime, ...flags }: SettingsOptions): SettingsPatch {
  const named = {
    cpu_ms: flags.cpuMs,
    wall_ms: flags.wallMs,
    mem_mb: flags.memMb,
    max_events: flags.maxEvents,
    max_output_kb: flags.maxOutputKb,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  const allLimits = { ...limits, ...Object.fromEntries(given) };
  const kept = Object.entries({ max_age_days: flags.maxAgeDays, max_executions: flags.maxExecutions });
  const retention = Object.fromEntries(
    kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value === 'never' ? null : value]])),
  );
  const parts = { limits: orNothing(allLimits), resolver, runtime, retention: orNothing(retention) };
  const present = Object.entries(parts).filter(([, value]) => value !== undefined);
  if (present.length === 0) throw new UsageError('name at least one setting, for example --mem-mb 256');
  return Object.fromEntries(present);
}

/** An empty group would be a setting that changes nothing. */
function orNothing<T extends object>(group: T): T | undefined {
  return Object.keys(group).length === 0 ? undefined : group;
}

/** Not null at once: commander would make it an empty text. */
function orNever(text: string): number | 'never' {
  return text === 'never' ? text : integer(text);
}

function showDetail(output: Output): (detail: TemplateDetail) => void {
  return ({ template, settings, capabilities, startup_files }) => {
    output.line(`Template: ${template.name} (ID: ${template.id})`);
    output.fields({
      Engine: template.engine,
      Active: template.is_active ? 'yes' : 'no',
      Modules: template.exposed_modules.join(', ') || 'none',
      Libraries: template.libraries.join(', ') || 'none',
      'Created at': template.created_at,
      'Updated at': template.updated_at,
    });
    output.line('Settings:');
    showSettings(output, settings);
    output.line('Startup files:');
    for (const { order_index, path, mode, id } of startup_files)
      output.line(`  ${order_index}  ${path}  (${mode})  ${id}`);
    if (startup_files.length === 0) output.line('  none');
    output.line('Capabilities:');
    for (const { kind, name, enabled, config, id } of capabilities) {
      output.line(`  ${kind}:${name}  ${enabled ? 'enabled' : 'disabled'}  ${JSON.stringify(config)}  ${id}`);
    }
    if (capabilities.length === 0) output.line('  none');
  };
}

function showSettings(output: Output, { limits, resolver, runtime, retention }: TemplateSettings): void {
  output.line(`  limits:    ${JSON.stringify(limits)}`);
  output.line(`  resolver:  ${JSON.stringify(resolver)}`);
  output.line(`  runtime:   ${JSON.stringify(runtime)}`);
  output.line(`  retention: ${JSON.stringify(retention)}`);
}
