import type { Command } from 'commander';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { ExecutionWithEvents } from '../../../shared/model/execution.ts';
import { EventPrinter } from '../../terminal/event-printer.ts';
import { createStyle } from '../../terminal/style.ts';
import { EXIT } from '../cli-errors.ts';
import { hasColours } from '../colours.ts';
import { contextOf } from '../context.ts';
import { findDaemon } from '../find-daemon.ts';
import { interruptible, unlessAborted } from '../interruptible.ts';
import { followExecution } from '../live-execution.ts';
import type { Output } from '../output.ts';
import { startOwnDaemon, type OwnDaemon } from '../own-daemon.ts';
import { environment } from '../parse.ts';
import { describeError } from '../report-error.ts';
import type { RestClient } from '../rest-client.ts';
import { findTarget, startTarget, type RunOptions, type RunTarget } from '../run-target.ts';
import { atEveryChange } from '../watch-file.ts';

type RunFlags = { ownDaemon?: boolean; watch?: boolean; env?: Record<string, string>; session?: string };

/** One run; with --watch it happens again and again. */
type Job = { client: RestClient; output: Output; target: RunTarget; options: RunOptions; signal: AbortSignal };

/** run FILE: everything from finding a daemon to the exit code. */
export function addRunCommand(program: Command, version: string): void {
  program
    .command('run <file> [args...]')
    .description('run a file (or standard input, given as -) in a session of its folder, and end as it ends')
    .option('--own-daemon', 'use a daemon of its own that ends with it')
    .option('--session <id>', 'run in this session instead')
    .option('--env <name=value>', 'environment, visible to the file as env; repeat it for more', environment)
    .option('--watch', 'run again whenever the file changes')
    .action(async (file: string, args: string[], { env, session, ...flags }: RunFlags, command: Command) => {
      const { output } = contextOf(command);
      const options = { args, ...(env && { env }), ...(session !== undefined && { session }) };
      const target = await findTarget(file);
      await interruptible(async (signal) => {
        const daemon = await daemonFor(command, { version, own: flags.ownDaemon === true, signal });
        try {
          await runJob({ client: daemon.client, output, target, options, signal }, flags);
        } finally {
          await daemon.stop();
        }
      });
    });
}

async function daemonFor(
  command: Command,
  { version, own, signal }: { version: string; own: boolean; signal: AbortSignal },
): Promise<OwnDaemon> {
  if (own) return startOwnDaemon(signal);
  const client = await unlessAborted(findDaemon(command, version), signal);
  return { client, stop: () => Promise.resolve() };
}

async function runJob(job: Job, { watch = false }: RunFlags): Promise<void> {
  process.exitCode = await runOnce(job);
  const { folder, name } = job.target;
  if (!watch || name === undefined) return;
  const file = `${folder}/${name}`;
  await atEveryChange(file, job.signal, {
    onWatching: () => {
      process.stderr.write(`Watching ${file}; Ctrl-C ends.\n`);
    },
    onChange: async () => {
      // A refusal, for example a file that is half written, is no reason to stop watching.
      process.exitCode = await runOnce(job).catch(describeError);
    },
  });
}

/** Resolves to the exit code. */
async function runOnce({ client, output, target, options, signal }: Job): Promise<number> {
  const events: ExecutionEvent[] = [];
  const printer = terminalPrinter();
  const execution = await followExecution(client, () => startTarget(client, target, options), {
    onEvent: (event) => {
      if (output.json) events.push(event);
      else printer.print(event);
    },
    signal,
  });
  const { status, error } = execution;
  if (output.json) output.document({ ...execution, events } satisfies ExecutionWithEvents);
  // An exception was printed as an event already; what stopped the run from outside was not.
  else if (error !== undefined && error.code !== 'JS_EXCEPTION') {
    process.stderr.write(`${error.code}: ${error.message}\n`);
  }
  return status === 'ok' ? EXIT.done : EXIT.guestFailed;
}

function terminalPrinter(): EventPrinter {
  const output = {
    stdout: (text: string): void => void process.stdout.write(text),
    stderr: (text: string): void => void process.stderr.write(text),
  };
  return new EventPrinter(output, createStyle(hasColours(process.stdout)), { showUndefined: false });
}
