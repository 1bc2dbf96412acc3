import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { Execution } from '../../../shared/model/execution.ts';
import type { Completion, Globals } from '../../../shared/model/inspection.ts';
import type { Session } from '../../../shared/model/session.ts';
import { isToldByEvent } from '../../../shared/model/told-error.ts';
import { defaultDataDirectory, ensureDataDirectory } from '../../data-directory.ts';
import type { ReplBackend } from '../../terminal/repl-backend.ts';
import { hasColours } from '../colours.ts';
import { findDaemon } from '../find-daemon.ts';
import { sessionForFolder } from '../folder-session.ts';
import type { RestClient } from '../rest-client.ts';
import { followBackground } from '../session-background.ts';

/** Lines of history that are offered. */
const HISTORY_LINES = 1000;

/** repl [SESSION]: a conversation with a session; leaving it keeps the session. */
export function addReplCommand(program: Command, version: string): void {
  program
    .command('repl [session-id]')
    .description('talk to a session, or to one for the current folder')
    .action(async (id: string | undefined, _options: object, command: Command) => {
      const client = await findDaemon(command, version);
      const session =
        id === undefined
          ? await sessionForFolder(client, await realpath(process.cwd()))
          : await client.get<Session>(`sessions/${encodeURIComponent(id)}`);
      const terminal = process.stdin.isTTY && process.stdout.isTTY;
      const history = terminal ? historyFile() : { lines: [], add: () => undefined };
      if (terminal) process.stdout.write(`session ${session.id} in ${session.worktree_path}; .help lists commands\n`);
      // Loaded only now: it comes with a parser of JavaScript, the largest part of the command line.
      const { ReplTerminal } = await import('../../terminal/repl-terminal.ts');
      await new ReplTerminal(restBackend(client, session.id), {
        input: process.stdin,
        output: process.stdout,
        terminal,
        coloured: hasColours(process.stdout),
        history: history.lines,
        remember: history.add,
      }).run();
    });
}

/** The terminal's view of a session, over REST. */
export function restBackend(client: RestClient, sessionId: string): ReplBackend {
  const path = `sessions/${encodeURIComponent(sessionId)}`;
  return {
    async execute(input: string, onEvent: (event: ExecutionEvent) => void): Promise<void> {
      const body = { session_id: sessionId, input };
      const { id } = await client.post<Execution>('executions/repl', body, { wait: false });
      for await (const event of client.stream<ExecutionEvent>(`executions/${id}/events/stream`)) onEvent(event);
      const { error } = await client.get<Execution>(`executions/${id}`);
      if (error !== undefined && !isToldByEvent(error)) throw new Error(`${error.code}: ${error.message}`);
    },
    followBackground: (onEvent, signal) => followBackground(client, sessionId, onEvent, signal),
    async interrupt(): Promise<void> {
      await client.post(`${path}/interrupt`, {});
    },
    async restart(): Promise<void> {
      await client.post(`${path}/restart`, {});
    },
    async complete(input: string, cursor: number): Promise<{ from: number; to: number; labels: string[] }> {
      const { from, to, items } = await client.post<Completion>(`${path}/complete`, { input, cursor });
      return { from, to, labels: items.map(({ label }) => label) };
    },
    async globals(): Promise<Globals['globals']> {
      return (await client.get<Globals>(`${path}/globals`)).globals;
    },
  };
}

/** What was typed in earlier conversations; private, as lines may hold secrets. */
function historyFile(): { lines: string[]; add: (line: string) => void } {
  const folder = defaultDataDirectory();
  ensureDataDirectory(folder);
  const path = join(folder, 'repl-history');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean).slice(-HISTORY_LINES) : [];
  const add = (line: string): void => {
    appendFileSync(path, `${line}\n`, { mode: 0o600 });
  };
  return { lines, add };
}
