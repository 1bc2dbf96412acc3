import type { Command } from 'commander';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { Execution, ExecutionWithEvents } from '../../../shared/model/execution.ts';
import { EventPrinter } from '../../terminal/event-printer.ts';
import { createStyle } from '../../terminal/style.ts';
import { EXIT } from '../cli-errors.ts';
import { hasColours } from '../colours.ts';
import { contextOf } from '../context.ts';
import { findDaemon } from '../find-daemon.ts';
import { interruptible, unlessAborted } from '../interruptible.ts';
import { followLeftBehind } from '../left-behind.ts';
import { followExecution } from '../live-execution.ts';
import { importedFiles } from '../imported-files.ts';
import type { Output } from '../output.ts';
import { startOwnDaemon, type OwnDaemon } from '../own-daemon.ts';
import { environment } from '../parse.ts';
import { describeError } from '../report-error.ts';
import type { RestClient } from '../rest-client.ts';
import { findTarget, projectAbove, startTarget, type RunOptions, type RunTarget } from '../run-target.ts';
import { atEveryChange } from '../watch-file.ts';

type RunFlags = {
  ownDaemon?: boolean;
  watch?: boolean;
  env?: Record<string, string>;
  session?: string;
  worktree?: string;
};

/** One run; with --watch it happens again and again. */
type Job = { client: RestClient; output: Output; target: RunTarget; options: RunOptions; signal: AbortSignal };

/** `ended` resolves to the exit code once nothing goes on any more, or what does is stopped by the signal. */
type RunEnd = { ended: (stop: AbortSignal) => Promise<number> };

/** run FILE: everything from finding a daemon to the exit code. */
export function addRunCommand(program: Command, version: string): void {
  program
    .command('run <file> [args...]')
    .description('run a file (or standard input, given as -) in a session of its folder, and end as it ends')
    .option('--own-daemon', 'use a daemon of its own that ends with it')
    .option('--session <id>', 'run in this session instead')
    .option('--worktree <path>', 'folder that the file may import from (default: its own)')
    .option('--env <name=value>', 'environment, visible to the file as env; repeat it for more', environment)
    .option('--watch', 'run again whenever the file, or one that it imports, changes')
    .action(async (file: string, args: string[], { env, session, worktree, ...flags }: RunFlags, command: Command) => {
      const { output } = contextOf(command);
      const options = {
        args,
        ...(env && { env }),
        ...(session !== undefined && { session }),
        ...(worktree !== undefined && { worktree }),
      };
      const target = await findTarget(file, options);
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
  const { folder, name } = job.target;
  if (watch && name !== undefined) await watchFile(job, folder, `${folder}/${name}`);
  else process.exitCode = await (await runOnce(job)).ended(job.signal);
}

async function watchFile(job: Job, folder: string, file: string): Promise<void> {
  let replaced = new AbortController();
  let ended = Promise.resolve();
  const run = async (): Promise<void> => {
    replaced.abort();
    await ended;
    replaced = new AbortController();
    // A refusal, for example a file that is half written, is no reason to stop watching.
    const started = await runOnce(job).catch(describeError);
    if (typeof started === 'number') process.exitCode = started;
    else
      ended = started
        .ended(AbortSignal.any([job.signal, replaced.signal]))
        .catch(describeError)
        .then((exitCode) => void (process.exitCode = exitCode));
  };
  await run();
  await atEveryChange(job.signal, {
    files: () => importedFiles(file, folder),
    onWatching: () => {
      process.stderr.write(`Watching ${file}; Ctrl-C ends.\n`);
    },
    onChange: run,
  });
  await ended;
}

/** Resolves when the execution has ended; its timers may go on, which `ended` waits for. */
async function runOnce({ client, output, target, options, signal }: Job): Promise<RunEnd> {
  const events: ExecutionEvent[] = [];
  const printer = new RunPrinter(terminalPrinter());
  const onEvent = (event: ExecutionEvent): void => {
    printer.note(event);
    if (output.json) events.push(event);
    else printer.print(event);
  };
  // What was there before is somebody else's: it is neither waited for nor stopped.
  let wentOn = false;
  const start = (): Promise<Execution> => startTarget(client, target, options, (goesOn) => (wentOn = goesOn));
  const execution = await followExecution(client, start, { onEvent, signal });
  printer.ended(execution, output);
  if (!output.json && options.session === undefined && options.worktree === undefined)
    hintOnWorktree(execution, target);
  if (output.json) output.document({ ...execution, events } satisfies ExecutionWithEvents);
  const ended = async (stop: AbortSignal): Promise<number> => {
    if (output.json || wentOn || stop.aborted) return printer.exitCode;
    const last = await followLeftBehind(client, { execution, onEvent, signal: stop });
    if (last !== undefined && last.status !== 'cancelled') printer.ended(last, output);
    return printer.exitCode;
  };
  return { ended };
}

/** What was not found may lie above the folder of the file. */
function hintOnWorktree({ error }: Execution, { folder }: RunTarget): void {
  if (error?.code !== 'IMPORT_FAILED' || !/lies outside the worktree|Cannot find package/.test(error.message)) return;
  const project = projectAbove(folder);
  if (project !== undefined)
    process.stderr.write(`hint: to import from all of ${project}: vm-system run --worktree ${project} …\n`);
}

/** Prints what a run does, and knows with which code the command should end: as the file would under Node. */
class RunPrinter {
  readonly #printer: EventPrinter;
  /** Of process.exit, which ends everything; and of process.exitCode, which waits for the end. */
  #exitCode: number | undefined;
  #endCode: number = EXIT.done;
  #hasFailed = false;
  #printed: unknown;

  constructor(printer: EventPrinter) {
    this.#printer = printer;
  }

  get exitCode(): number {
    return this.#exitCode ?? (this.#hasFailed ? EXIT.guestFailed : this.#endCode);
  }

  /** Every event is noted, and printed where people read. */
  note({ type, payload }: ExecutionEvent): void {
    if (type === 'exception') this.#hasFailed = true;
    const code = type === 'system' ? payload['exit_code'] : undefined;
    if (typeof code !== 'number') return;
    if (payload['at_end'] === true) this.#endCode = code;
    else this.#exitCode = code;
  }

  print(event: ExecutionEvent): void {
    const { type, payload } = event;
    if (type === 'exception') this.#printed = payload['message'];
    if (type !== 'system' || typeof payload['exit_code'] !== 'number') this.#printer.print(event);
  }

  ended({ status, error }: Execution, { json }: Output): void {
    if (status !== 'ok') this.#hasFailed = true;
    // An exception was printed as an event already; what stopped the run from outside was not.
    if (json || error === undefined || error.code === 'JS_EXCEPTION' || error.message === this.#printed) return;
    process.stderr.write(`${error.code}: ${error.message}\n`);
  }
}

function terminalPrinter(): EventPrinter {
  const output = {
    stdout: (text: string): void => void process.stdout.write(text),
    stderr: (text: string): void => void process.stderr.write(text),
  };
  return new EventPrinter(output, createStyle(hasColours(process.stdout)), { showUndefined: false });
}
