import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { ensureDataDirectory } from '../../../daemon/data-directory.ts';
import { openSqliteStore, type SqliteStore } from '../../../daemon/store/sqlite-store.ts';
import { DEFAULT_SETTINGS } from '../../../shared/model/settings.ts';

/** Sessions that have ended, half of them in `folder`, each with `executions` executions; and a template with wide limits. */
export type Seed = { folder: string; sessions: number; executions: number };

const ENDED = '2026-02-08T12:00:00.123Z';

/** Fills a data directory before its daemon starts, as a long use would. */
export function seed(dataDirectory: string, { folder, sessions, executions }: Seed): void {
  ensureDataDirectory(dataDirectory);
  const store = openSqliteStore({ path: join(dataDirectory, 'vm-system.db') });
  try {
    const template_id = addTemplate(store);
    for (let i = 0; i < sessions; i += 1) {
      addSession(store, { template_id, worktree_path: i % 2 === 0 ? folder : '/srv/elsewhere' }, executions);
    }
  } finally {
    store.close();
  }
}

function addTemplate(store: SqliteStore): string {
  const template = { id: uuid(), name: 'default', engine: 'v8', is_active: true, exposed_modules: [], libraries: [] };
  const limits = { cpu_ms: 600_000, wall_ms: 600_000, mem_mb: 256, max_events: 1_000_000, max_output_kb: 100_000 };
  store.templates.insert({ ...template, created_at: ENDED, updated_at: ENDED }, { ...DEFAULT_SETTINGS, limits });
  return template.id;
}

function addSession(store: SqliteStore, of: { template_id: string; worktree_path: string }, executions: number): void {
  const id = uuid();
  const times = { created_at: ENDED, updated_at: ENDED, closed_at: ENDED };
  const origin = { vm_id: of.template_id, workspace_id: 'seed', base_commit_oid: 'none' };
  store.sessions.insert({ id, ...of, ...origin, ...times, status: 'closed' });
  for (let i = 0; i < executions; i += 1) {
    const execution = { id: uuid(), session_id: id, kind: 'repl' as const, input: `step ${i}`, args: [], env: {} };
    store.journal.insertExecution({ ...execution, status: 'running', started_at: ENDED, metrics: {} });
    store.journal.appendEvents([
      { execution_id: execution.id, seq: 1, ts: ENDED, type: 'input_echo', payload: { text: `step ${i}` } },
      { execution_id: execution.id, seq: 2, ts: ENDED, type: 'value', payload: { type: 'number', preview: String(i) } },
    ]);
    const result = { type: 'number', preview: String(i) };
    store.journal.finishExecution(execution.id, { status: 'ok', ended_at: ENDED, result, metrics: { event_count: 2 } });
  }
}
