import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { v7 as uuid } from 'uuid';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import type { Template } from '../../shared/model/template.ts';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../daemon/store/sqlite-store.ts';
import type { ExecutionEnd } from '../../daemon/store/store.ts';

/** A temporary folder with a database's path in it, and the stores that a test opens; all gone after it. */
export class StoreFixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'vm-system-store-'));
  readonly file = path.join(this.folder, 'vm-system.db');
  /** What the stores reported beside their answers. */
  readonly problems: unknown[] = [];
  readonly #stores: SqliteStore[] = [];

  open(options: Partial<SqliteStoreOptions> = {}): SqliteStore {
    const store = openSqliteStore({
      path: this.file,
      onProblem: (problem) => this.problems.push(problem),
      ...options,
    });
    this.#stores.push(store);
    return store;
  }

  /** Closes the stores and opens a new one. */
  reopen(): SqliteStore {
    this.closeAll();
    return this.open();
  }

  closeAll(): void {
    for (const store of this.#stores.splice(0)) store.close();
  }

  dispose(): void {
    this.closeAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const NOW = '2026-02-08T12:00:00.123Z';

export function aTemplate(name: string, changes: Partial<Template> = {}): Template {
  return {
    id: uuid(),
    name,
    engine: 'v8',
    is_active: true,
    exposed_modules: [],
    libraries: [],
    created_at: NOW,
    updated_at: NOW,
    ...changes,
  };
}

export function addTemplate(store: SqliteStore, name: string, changes: Partial<Template> = {}): Template {
  const template = aTemplate(name, changes);
  store.templates.insert(template, DEFAULT_SETTINGS);
  return template;
}

export function addSession(store: Pick<SqliteStore, 'sessions'>, changes: Partial<Session> = {}): Session {
  const template_id = uuid();
  const session: Session = {
    id: uuid(),
    template_id,
    vm_id: template_id,
    workspace_id: 'ws',
    base_commit_oid: 'deadbeef',
    worktree_path: '/srv/tree',
    status: 'ready',
    created_at: NOW,
    updated_at: NOW,
    ...changes,
  };
  store.sessions.insert(session);
  return session;
}

export function anExecution(session: Session, changes: Partial<Execution> = {}): Execution {
  return {
    id: uuid(),
    session_id: session.id,
    kind: 'repl',
    input: '21*2',
    args: [],
    env: {},
    status: 'running',
    started_at: NOW,
    metrics: {},
    ...changes,
  };
}

export function anEvent(execution: Execution, seq: number, text = `line ${seq}`): ExecutionEvent {
  return { execution_id: execution.id, seq, ts: NOW, type: 'console', payload: { level: 'log', text } };
}

/** Events `from` to `to`, both included. */
export function someEvents(execution: Execution, from: number, to: number): ExecutionEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => anEvent(execution, from + index));
}

export const OK_END: ExecutionEnd = {
  status: 'ok',
  ended_at: '2026-02-08T12:00:01.000Z',
  result: { type: 'number', preview: '42', json: 42 },
  metrics: { wall_ms: 1.5, event_count: 1 },
};

export const ALL = { after_seq: 0, limit: Number.MAX_SAFE_INTEGER };
