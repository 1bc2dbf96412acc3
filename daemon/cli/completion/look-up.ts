import type { Session } from '../../../shared/model/session.ts';
import type { Template } from '../../../shared/model/template.ts';
import { topics } from '../help-topics.ts';
import type { RestClient } from '../rest-client.ts';
import type { Candidate, Lookup } from './candidates.ts';

/** Whoever presses Tab does not want to wait, and sees no more than so many. */
const PATIENCE_MS = 1_000;
const MOST = 100;

/** Ids of the daemon's things, the newest first; none when no daemon answers in time. */
export async function lookUp(what: Lookup, client: () => RestClient): Promise<Candidate[]> {
  if (what === 'topic') return topics().map((value) => ({ value, description: '' }));
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return what === 'template' ? await templates(client(), signal) : await sessions(client(), signal);
  } catch {
    return [];
  }
}

async function templates(client: RestClient, signal: AbortSignal): Promise<Candidate[]> {
  const all = await client.get<Template[]>('templates', {}, signal);
  return newest(all).map(({ id, name }) => ({ value: id, description: name }));
}

async function sessions(client: RestClient, signal: AbortSignal): Promise<Candidate[]> {
  const all = await client.get<Session[]>('sessions', {}, signal);
  return newest(all).map(({ id, status, worktree_path }) => ({
    value: id,
    description: `${status} ${worktree_path}`,
  }));
}

function newest<T extends { created_at: string }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, MOST);
}
