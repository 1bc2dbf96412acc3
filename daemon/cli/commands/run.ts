import { realpath, stat } from 'node:fs/promises';
import { watch } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Execution } from '../../../shared/model/execution.ts';
import type { Session } from '../../../shared/model/session.ts';
import { EventPrinter } from '../../terminal/event-printer.ts';
import { createStyle } from '../../terminal/style.ts';
import { CommandError, EXIT, NoDaemonError } from '../cli-errors.ts';
import { contextOf } from '../context.ts';
import { sessionForFolder } from '../folder-session.ts';
import { followExecution } from '../live-execution.ts';
import { startOwnDaemon, type OwnDaemon } from '../own-daemon.ts';
import { environment } from '../parse.ts';
import type { RestClient } from '../rest-client.ts';

type RunFlags = { ownDaemon?: boolean; watch?: boolean; env?: Record<string, string>; session?: string };
/** One run, again and again with --watch. */
type Job = { client: RestClient; session: Session; start: () => Promise<Execution> };

/** Editors write a file in several steps; changes this close together are one. */
const WATCH_SETTLE_MS = 50;

/** run FILE: everything from finding a daemon to the exit code. */
export function addRunCommand(program: Command): void {
  program
    .command('run <file> [args...]')
    .description('run a file (or standard input, given as -) in a session of its folder, and end as it ends')
    .option('--own-daemon', 'use a daemon of its own that ends with it')
    .option('--session <id>', 'run in this session instead')
    .option('--env <name=value>', 'environment, visible to the file as env; repeat it for more', environment)
    .option('--watch', 'run again whenever the file changes')
    .action(async (file: string, args: string[], flags: RunFlags, command: Command) => {
      const own = await reachDaemon(contextOf(command).client, flags);
      try {
        await runFile(own.client, file, args, flags);
      } finally {
        await own.stop();
      }
    });
}

async function reachDaemon(client: RestClient, { ownDaemon = false }: RunFlags): Promise<OwnDaemon> {
  if (ownDaemon) return startOwnDaemon();
  try {
    await client.get('health');
    return { client, stop: () => Promise.resolve() };
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    return startOwnDaemon();
  }
}

async function runFile(client: RestClient, file: string, args: string[], flags: RunFlags): Promise<void> {
  const folder = await realpath(file === '-' ? process.cwd() : dirname(resolve(file))).catch(() => {
    throw new CommandError(`${file} does not exist`);
  });
  if (file !== '-') await requireFile(file);
  const session =
    flags.session === undefined
      ? await sessionForFolder(client, folder)
      : await client.get<Session>(`sessions/${encodeURIComponent(flags.session)}`);
  const env = flags.env === undefined ? {} : { env: flags.env };
  const input = file === '-' ? await readStandardInput() : '';
  const start = (): Promise<Execution> =>
    file === '-'
      ? client.post('executions/repl', { session_id: session.id, input }, { wait: false })
      : client.post(
          'executions/run-file',
          { session_id: session.id, path: pathIn(session, folder, file), args, ...env },
          { wait: false },
        );
  const job: Job = { client, session, start };
  await runOnce(job);
  if (flags.watch === true && file !== '-') await runAtChanges(job, resolve(file));
}

/** The file's path as the session knows it; the daemon refuses one that leaves the worktree. */
function pathIn(session: Session, folder: string, file: string): string {
  return relative(session.worktree_path, resolve(folder, basename(file)));
}

async function requireFile(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) throw new CommandError(`${file} does not exist`);
  if (!stats.isFile()) throw new CommandError(`${file} is not a file`);
}

async function runOnce({ client, start }: Job): Promise<void> {
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const output = {
    stdout: (text: string): void => void process.stdout.write(text),
    stderr: (text: string): void => void process.stderr.write(text),
  };
  const printer = new EventPrinter(output, createStyle(coloured), { showUndefined: false });
  const { status, error } = await followExecution(client, start, (event) => {
    printer.print(event);
  });
  process.exitCode = status === 'ok' ? EXIT.done : EXIT.guestFailed;
  // An exception was printed as an event already; what stopped the run from outside was not.
  if (error !== undefined && error.code !== 'JS_EXCEPTION') process.stderr.write(`${error.code}: ${error.message}\n`);
}

/** Until Ctrl-C. The folder is watched, not the file: many editors replace a file when they save it. */
async function runAtChanges(job: Job, file: string): Promise<void> {
  process.stderr.write(`Watching ${file}; Ctrl-C ends.\n`);
  const watcher = watch(dirname(file));
  const ended = new Promise<void>((resolveEnd) => process.once('SIGINT', resolveEnd));
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  watcher.on('change', (_event, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running
        .then(() => runOnce(job))
        .catch((error: unknown) => {
          process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        });
    }, WATCH_SETTLE_MS);
  });
  await ended;
  clearTimeout(timer);
  watcher.close();
  await running;
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
