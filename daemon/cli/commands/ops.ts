import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { LOG_LEVELS } from '../../../shared/model/log-levels.ts';
import type { Backup, GcResult, LogLevelSetting } from '../../../shared/model/ops.ts';
import type { RuntimeSummary } from '../../../shared/model/runtime-summary.ts';
import { defaultDataDirectory } from '../../data-directory.ts';
import { contextOf, type GlobalOptions } from '../context.ts';
import { Output } from '../output.ts';
import { address, duration } from '../parse.ts';

type DoctorFlags = GlobalOptions & { dataDir?: string; listen: { host: string; port: number } };

/** ops health|runtime-summary|backup|gc|log-level|doctor */
export function addOpsCommands(program: Command, version: string): void {
  const ops = program.command('ops').description('operations: is it well, what does it hold, and care of the database');
  ops
    .command('health')
    .description('ask the daemon whether it is up')
    .action(async (_options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.line(JSON.stringify(await client.get('health')));
    });
  ops
    .command('runtime-summary')
    .description('list the sessions that are alive in memory')
    .action(async (_options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.line(JSON.stringify(await client.get<RuntimeSummary>('runtime/summary')));
    });
  ops
    .command('backup <file>')
    .description('copy the database into a new file while it is in use')
    .action(async (file: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const backup = await client.post<Backup>('ops/backup', { path: resolve(file) });
      output.result(backup, ({ path, size_bytes }) => {
        output.line(`Wrote backup: ${path} (${size_bytes} bytes)`);
      });
    });
  ops
    .command('gc')
    .description('delete executions that ended long ago, and ended sessions without any')
    .requiredOption('--older-than <duration>', 'for example 30d, 12h', duration)
    .option('--dry-run', 'only count')
    .action(async ({ olderThan, dryRun = false }: { olderThan: number; dryRun?: boolean }, command: Command) => {
      const { client, output } = contextOf(command);
      const result = await client.post<GcResult>('ops/gc', { older_than_ms: olderThan, dry_run: dryRun });
      output.result(result, ({ sessions, executions, events }) => {
        const done = dryRun ? 'Would delete' : 'Deleted';
        output.line(`${done} ${sessions} sessions, ${executions} executions, ${events} events.`);
      });
    });
  ops
    .command('log-level')
    .description('say how much the daemon logs, or change it while it runs')
    .addArgument(new Argument('[level]', 'the least important that is logged from now on').choices(LOG_LEVELS))
    .action(async (level: string | undefined, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const path = 'ops/log-level';
      const setting =
        level === undefined
          ? await client.get<LogLevelSetting>(path)
          : await client.put<LogLevelSetting>(path, { level });
      output.result(setting, (now) => {
        output.line(now.level);
      });
    });
  addDoctorCommand(ops, version);
}

/** Asks nobody for an address, as the files that say it may be what is broken. */
function addDoctorCommand(ops: Command, version: string): void {
  ops
    .command('doctor')
    .description('look at everything that a daemon needs, running or not, and say how to mend what is broken')
    .option('--data-dir <path>', 'the data directory')
    .addOption(
      new Option('--listen <host:port>', 'where a daemon would answer')
        .argParser(address)
        .default({ host: '127.0.0.1', port: 3210 }, '127.0.0.1:3210'),
    )
    .action(async (_options: object, command: Command) => {
      const { dataDir, db, json = false, listen } = command.optsWithGlobals<DoctorFlags>();
      const dataDirectory = resolve(dataDir ?? defaultDataDirectory());
      const database = db === undefined ? undefined : resolve(db);
      const { printFindings } = await import('../print-findings.ts');
      process.exitCode = await printFindings({ dataDirectory, database, listen, version }, new Output({ json }));
    });
}
