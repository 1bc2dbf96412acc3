import type { Command } from 'commander';
import { ERROR_CODES } from '../../../shared/errors/error-codes.ts';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { Execution, ExecutionWithEvents } from '../../../shared/model/execution.ts';
import { ApiError, EXIT } from '../cli-errors.ts';
import { contextOf } from '../context.ts';
import { interruptible } from '../interruptible.ts';
import { followExecution } from '../live-execution.ts';
import type { Output } from '../output.ts';
import { environment, integer, json } from '../parse.ts';
import type { RestClient } from '../rest-client.ts';

/** Largest page that the API gives. */
const PAGE = 1000;

/** exec repl|run-file|list|get|events|cancel */
export function addExecutionCommands(program: Command): void {
  const exec = program.command('exec').description('executions: run code in a session, and look at what ran');
  exec
    .command('repl <session-id> <code>')
    .description('run a snippet')
    // Code may start with a minus.
    .allowUnknownOption()
    .action(async (session_id: string, input: string, _options: object, command: Command) => {
      await runAndShow(command, (client) => client.post('executions/repl', { session_id, input }, { wait: false }));
    });
  exec
    .command('run-file <session-id> <path>')
    .description('run a file of the worktree')
    .option('--args <json>', 'arguments: a JSON list or object, visible to the file as args', json)
    .option(
      '--env <name=value>',
      'environment, visible to the file as env; repeat it, or give a JSON object',
      environment,
    )
    .action(async (session_id: string, path: string, options: { args?: unknown; env?: unknown }, command: Command) => {
      const body = { session_id, path, ...options };
      await runAndShow(command, (client) => client.post('executions/run-file', body, { wait: false }));
    });
  addReading(exec);
  exec
    .command('cancel <execution-id>')
    .description('stop an execution and keep the state of its session')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const execution = await client.post<Execution>(`executions/${encodeURIComponent(id)}/cancel`, {});
      output.result(execution, showExecution(output));
    });
}

function addReading(exec: Command): void {
  exec
    .command('list <session-id>')
    .description('list executions of a session, newest first')
    .option('--limit <number>', 'how many, 1 to 1000', integer, 50)
    .action(async (session_id: string, { limit }: { limit: number }, command: Command) => {
      const { client, output } = contextOf(command);
      const executions = await client.get<Execution[]>('executions', { session_id, limit });
      output.result(executions, () => {
        const rows = executions.map((each) => [each.id, each.kind, each.status, each.started_at, oneLine(each)]);
        output.table(['ID', 'KIND', 'STATUS', 'STARTED', 'CODE'], rows, 'No executions.');
      });
    });
  exec
    .command('get <execution-id>')
    .description('show an execution')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.result(await client.get<Execution>(`executions/${encodeURIComponent(id)}`), showExecution(output));
    });
  exec
    .command('events <execution-id>')
    .description('list events of an execution')
    .option('--after-seq <number>', 'only those after this sequence number', integer, 0)
    .option('--limit <number>', 'at most so many', integer)
    .option('--follow', 'go on until the execution ends')
    .action(async (id: string, options: { afterSeq: number; limit?: number; follow?: boolean }, command: Command) => {
      const { client, output } = contextOf(command);
      const path = `executions/${encodeURIComponent(id)}/events`;
      if (options.follow === true) await follow(client, output, path, options.afterSeq);
      else await listEvents(client, output, path, options);
    });
}

async function listEvents(
  client: RestClient,
  output: Output,
  path: string,
  { afterSeq, limit = Number.MAX_SAFE_INTEGER }: { afterSeq: number; limit?: number },
): Promise<void> {
  const events: ExecutionEvent[] = [];
  let after_seq = afterSeq;
  for (;;) {
    const page = await client.get<ExecutionEvent[]>(path, { after_seq, limit: Math.min(PAGE, limit - events.length) });
    events.push(...page);
    after_seq = page.at(-1)?.seq ?? after_seq;
    if (page.length < PAGE || events.length >= limit) break;
  }
  output.result(events, () => {
    if (events.length === 0) output.line('No events.');
    for (const event of events) output.line(eventLine(event));
  });
}

/** Live: one line an event, with --json one JSON document a line. */
async function follow(client: RestClient, output: Output, path: string, after_seq: number): Promise<void> {
  for await (const event of client.stream<ExecutionEvent>(`${path}/stream`, { query: { after_seq } })) {
    output.line(output.json ? JSON.stringify(event) : eventLine(event));
  }
}

/** Starts, prints the events as they come, then the outcome; the exit code is the code's own. Ctrl-C cancels. */
async function runAndShow(command: Command, start: (client: RestClient) => Promise<Execution>): Promise<void> {
  const { client, output } = contextOf(command);
  const events: ExecutionEvent[] = [];
  const execution = await interruptible((signal) =>
    followExecution(client, () => start(client), {
      onStart: ({ id }) => {
        if (!output.json) {
          output.line(`Execution ID: ${id}`);
          output.line('Events:');
        }
      },
      onEvent: (event) => {
        if (output.json) events.push(event);
        else output.line(eventLine(event));
      },
      signal,
    }),
  );
  const answer: ExecutionWithEvents = { ...execution, events };
  output.result(answer, () => {
    output.line(`Status: ${execution.status}`);
    if (execution.result !== undefined) output.line(`Result: ${JSON.stringify(execution.result)}`);
    if (execution.error !== undefined) output.line(`Error: ${JSON.stringify(execution.error)}`);
  });
  const { error } = execution;
  if (error?.code === 'OUTPUT_LIMIT_EXCEEDED') {
    const { code, message } = error;
    throw new ApiError({ code, message, details: { execution_id: execution.id } }, ERROR_CODES[code].http);
  }
  if (execution.status !== 'ok') process.exitCode = EXIT.guestFailed;
}

export function eventLine({ seq, type, payload }: ExecutionEvent): string {
  return `${String(seq).padStart(5)}  ${type.padEnd(10)}  ${JSON.stringify(payload)}`;
}

function showExecution(output: Output): (execution: Execution) => void {
  return (each) => {
    output.line(`Execution ID: ${each.id}`);
    output.fields({
      Session: each.session_id,
      Kind: each.kind,
      Status: each.status,
      Path: each.path,
      Input: each.input,
      Started: each.started_at,
      Ended: each.ended_at,
      Result: each.result === undefined ? undefined : JSON.stringify(each.result),
      Error: each.error === undefined ? undefined : JSON.stringify(each.error),
      Metrics: JSON.stringify(each.metrics),
    });
  };
}

function oneLine({ input, path }: Execution): string {
  const text = (path ?? input ?? '').replaceAll(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
