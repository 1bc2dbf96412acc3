import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Session } from '../../../shared/model/session.ts';
import type { Execution } from '../../../shared/model/execution.ts';
import { contextOf } from '../context.ts';
import type { Output } from '../output.ts';

/** session create|list|get|close|delete|restart|interrupt */
export function addSessionCommands(program: Command): void {
  const session = program.command('session').description('sessions: live runtimes bound to a folder');
  session
    .command('create')
    .description('start a session')
    .requiredOption('--template-id <id>', 'template to make it from')
    .requiredOption('--workspace-id <id>', 'name of the workspace, for your own reference')
    .requiredOption('--base-commit <oid>', 'commit of the folder, for your own reference')
    .requiredOption('--worktree-path <path>', 'folder that it is bound to')
    .action(
      async (
        options: Record<'templateId' | 'workspaceId' | 'baseCommit' | 'worktreePath', string>,
        command: Command,
      ) => {
        const { client, output } = contextOf(command);
        const created = await client.post<Session>('sessions', {
          template_id: options.templateId,
          workspace_id: options.workspaceId,
          base_commit_oid: options.baseCommit,
          worktree_path: resolve(options.worktreePath),
        });
        output.result(created, (each) => {
          output.line(`Created session: ${each.id}`);
          showSession(output, each);
        });
      },
    );
  session
    .command('list')
    .description('list sessions')
    .option('--status <status>', 'only those that are starting, ready, crashed or closed')
    .action(async ({ status }: { status?: string }, command: Command) => {
      const { client, output } = contextOf(command);
      const sessions = await client.get<Session[]>('sessions', { status });
      output.result(sessions, () => {
        const rows = sessions.map((each) => [
          each.id,
          each.status,
          each.template_id,
          each.created_at,
          each.worktree_path,
        ]);
        output.table(['ID', 'STATUS', 'TEMPLATE', 'CREATED', 'WORKTREE'], rows, 'No sessions.');
      });
    });
  addOne(session, 'get', 'show a session', (client, id) => client.get<Session>(`sessions/${id}`));
  addOne(session, 'restart', 'start a session anew: same id, fresh state', (client, id) =>
    client.post<Session>(`sessions/${id}/restart`, {}),
  );
  for (const name of ['close', 'delete']) {
    session
      .command(`${name} <session-id>`)
      .description(name === 'close' ? 'end a session and what runs in it' : 'the same as close')
      .action(async (id: string, _options: object, command: Command) => {
        const { client, output } = contextOf(command);
        const closed = await client.post<Session>(`sessions/${encodeURIComponent(id)}/close`, {});
        output.result(closed, () => {
          output.line(`Closed session: ${closed.id}`);
        });
      });
  }
  session
    .command('interrupt <session-id>')
    .description('stop what runs in a session and keep its state')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      const answer = await client.post<{ execution: Execution | null }>(
        `sessions/${encodeURIComponent(id)}/interrupt`,
        {},
      );
      output.result(answer, ({ execution }) => {
        output.line(execution === null ? 'Nothing was running.' : `Interrupted execution: ${execution.id}`);
      });
    });
}

function addOne(
  group: Command,
  name: string,
  description: string,
  ask: (client: ReturnType<typeof contextOf>['client'], id: string) => Promise<Session>,
): void {
  group
    .command(`${name} <session-id>`)
    .description(description)
    .action(async (id: string, _options: object, command: Command) => {
      const { client, output } = contextOf(command);
      output.result(await ask(client, encodeURIComponent(id)), (each) => {
        output.line(`Session: ${each.id}`);
        showSession(output, each);
      });
    });
}

function showSession(output: Output, session: Session): void {
  output.fields({
    Status: session.status,
    'Template ID': session.template_id,
    'Workspace ID': session.workspace_id,
    'Base commit': session.base_commit_oid,
    'Worktree path': session.worktree_path,
    'Created at': session.created_at,
    'Closed at': session.closed_at,
    'Last error': session.last_error,
  });
}
