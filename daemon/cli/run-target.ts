import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative } from 'node:path';
import type { Env, Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { CommandError, UsageError } from './cli-errors.ts';
import { inFreeSession } from './folder-session.ts';
import type { RestClient } from './rest-client.ts';

/** What `run` was asked to run. */
export type RunTarget = {
  /** Absolute, symlinks resolved: the folder that a session is bound to. */
  folder: string;
  /** Path of the file in the folder; absent for code from standard input. */
  name?: string;
  /** Code from standard input. */
  input?: string;
};

export type RunOptions = { args: string[]; env?: Env; session?: string; worktree?: string };
/** Is told whether something goes on in the session already, before anything is started there. */
type OnSession = (goesOn: boolean) => void;

/** Finds a file, or reads standard input when it is `-`. Throws CommandError, UsageError. */
export async function findTarget(file: string, { args, env, worktree }: RunOptions): Promise<RunTarget> {
  if (file === '-' && (args.length > 0 || env !== undefined)) {
    throw new UsageError('arguments and --env need a file: standard input runs as what is typed into a REPL does');
  }
  if (file === '-') return { folder: await folderAt(worktree ?? process.cwd()), input: await readStandardInput() };
  // Like Node's own: a link stands for the file that it leads to, and imports are relative to that.
  const path = await realpath(file).catch(() => {
    throw new CommandError(`${file} does not exist`);
  });
  if (!(await stat(path)).isFile()) throw new CommandError(`${file} is not a file`);
  if (worktree === undefined) return { folder: dirname(path), name: basename(path) };
  const folder = await folderAt(worktree);
  const name = relative(folder, path);
  if (name.startsWith('..') || isAbsolute(name)) throw new CommandError(`${file} lies outside of ${worktree}`);
  return { folder, name };
}

async function folderAt(path: string): Promise<string> {
  const folder = await realpath(path).catch(() => undefined);
  if (folder === undefined || !(await stat(folder)).isDirectory()) throw new CommandError(`${path} is no folder`);
  return folder;
}

/** Starts the target in the session that is named, or in a free one of its folder. */
export async function startTarget(
  client: RestClient,
  target: RunTarget,
  options: RunOptions,
  onSession: OnSession,
): Promise<Execution> {
  const start = async ({ id }: Session): Promise<Execution> => {
    const session = await client.get<Session>(`sessions/${id}`);
    onSession(session.goes_on === true);
    return startIn(client, session, target, options);
  };
  if (options.session === undefined) return inFreeSession(client, target.folder, start);
  return start(await client.get<Session>(`sessions/${encodeURIComponent(options.session)}`));
}

function startIn(client: RestClient, session: Session, target: RunTarget, options: RunOptions): Promise<Execution> {
  const { folder, name, input } = target;
  const wait = { wait: false };
  if (name === undefined) return client.post('executions/repl', { session_id: session.id, input }, wait);
  // The daemon refuses a path that leaves the worktree.
  const path = relative(session.worktree_path, `${folder}/${name}`);
  const { args, env } = options;
  return client.post('executions/run-file', { session_id: session.id, path, args, ...(env && { env }) }, wait);
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The nearest folder above one that looks like a project. */
export function projectAbove(folder: string): string | undefined {
  for (let above = dirname(folder), below = folder; above !== below; below = above, above = dirname(above)) {
    if (['package.json', 'node_modules'].some((name) => existsSync(`${above}/${name}`))) return above;
  }
  return undefined;
}
