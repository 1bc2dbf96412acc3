import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../shared/model/session.ts';
import type { Template } from '../../shared/model/template.ts';
import type { RestClient } from './rest-client.ts';

/** Template of sessions that `run` and `repl` make. */
const DEFAULT_TEMPLATE = 'default';

/** A ready session for a folder: the newest that is there, else a new one of the default template. */
export async function sessionForFolder(client: RestClient, folder: string): Promise<Session> {
  const ready = await client.get<Session[]>('sessions', { status: 'ready' });
  const existing = ready.filter((session) => session.worktree_path === folder).at(-1);
  return existing ?? newSession(client, folder);
}

async function newSession(client: RestClient, folder: string): Promise<Session> {
  const templates = await client.get<Template[]>('templates');
  const template =
    templates.find(({ name }) => name === DEFAULT_TEMPLATE) ??
    (await client.post<Template>('templates', { name: DEFAULT_TEMPLATE }));
  return client.post<Session>('sessions', {
    template_id: template.id,
    workspace_id: basename(folder) || folder,
    base_commit_oid: await headCommit(folder),
    worktree_path: folder,
  });
}

/** The commit that is checked out, for the record; `none` where there is no repository, or no git. */
async function headCommit(folder: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, 'rev-parse', 'HEAD'], { timeout: 2000 });
    return stdout.trim();
  } catch {
    return 'none';
  }
}
