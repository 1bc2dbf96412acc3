import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../shared/model/session.ts';
import type { Template } from '../../shared/model/template.ts';
import { ApiError } from './cli-errors.ts';
import type { RestClient } from './rest-client.ts';

/** Template of sessions that `run` and `repl` make. */
const DEFAULT_TEMPLATE = 'default';

/** Refusals by which a session turns out not to be free; another one will do as well. */
const NOT_FREE = new Set(['SESSION_BUSY', 'SESSION_NOT_READY', 'SESSION_NOT_FOUND']);

/** A ready session for a folder: the newest that is there, else a new one of the default template. */
export async function sessionForFolder(client: RestClient, folder: string): Promise<Session> {
  return (await readySessions(client, folder))[0] ?? newSession(client, folder);
}

/** A session that we have just made can be taken by another `run` before we use it; not again and again, though. */
const MOST_NEW_SESSIONS = 3;

/**
 * Does something in a session of the folder that is free: the newest, or one before it, else a new one. So a file can run
 * while another of its folder still does.
 */
export async function inFreeSession<T>(
  client: RestClient,
  folder: string,
  job: (session: Session) => Promise<T>,
): Promise<T> {
  for (const session of await readySessions(client, folder)) {
    try {
      return await job(session);
    } catch (error) {
      if (!isNotFree(error)) throw error;
    }
  }
  for (let made = 1; ; made++) {
    try {
      return await job(await newSession(client, folder));
    } catch (error) {
      if (!isNotFree(error) || made === MOST_NEW_SESSIONS) throw error;
    }
  }
}

function isNotFree(error: unknown): boolean {
  return error instanceof ApiError && NOT_FREE.has(error.code);
}

/** Newest first. */
async function readySessions(client: RestClient, folder: string): Promise<Session[]> {
  const ready = await client.get<Session[]>('sessions', { status: 'ready' });
  return ready
    .filter((session) => session.worktree_path === folder)
    .sort((a, b) => b.created_at.localeCompare(a.created_at));
}

async function newSession(client: RestClient, folder: string): Promise<Session> {
  return client.post<Session>('sessions', {
    template_id: (await defaultTemplate(client)).id,
    workspace_id: basename(folder) || folder,
    base_commit_oid: await headCommit(folder),
    worktree_path: folder,
  });
}

async function defaultTemplate(client: RestClient): Promise<Template> {
  const find = async (): Promise<Template | undefined> =>
    (await client.get<Template[]>('templates')).find(({ name }) => name === DEFAULT_TEMPLATE);
  const existing = await find();
  if (existing !== undefined) return existing;
  try {
    return await client.post<Template>('templates', { name: DEFAULT_TEMPLATE });
  } catch (error) {
    // Another `run` was quicker.
    const taken = error instanceof ApiError && error.code === 'TEMPLATE_NAME_TAKEN' ? await find() : undefined;
    if (taken === undefined) throw error;
    return taken;
  }
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
