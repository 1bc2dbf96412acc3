import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution, ExecutionError, ExecutionStatus, Metrics } from '../../shared/model/execution.ts';
import type { ValuePayload } from '../../shared/model/event.ts';
import type { Session, SessionStatus } from '../../shared/model/session.ts';
import type { SettingsBody } from '../../shared/model/settings.ts';
import type { Capability, StartupFile, Template } from '../../shared/model/template.ts';

/**
 * What the services need of persistence, and nothing of how it is done.
 * Templates and sessions are written at once. Executions and their events go through the journal, which commits in
 * groups; every read sees what the journal was given before it, as far as the disk takes it. A write that the disk
 * refuses throws STORAGE_UNAVAILABLE.
 */
export interface Store {
  readonly templates: TemplateStore;
  readonly sessions: SessionStore;
  readonly executions: ExecutionStore;
  readonly journal: Journal;
  readonly maintenance: Maintenance;
  /** Schema version, size and pragmas, for diagnosis. */
  describe(): StoreDescription;
  /** Commits what is buffered and closes the database. */
  close(): void;
}

export type StoreDescription = {
  path: string;
  schema_version: number;
  sqlite_version: string;
  size_bytes: number;
  /** Operations that wait for a commit. */
  queue_depth: number;
};

export type PruneOptions = {
  /** Executions that ended before this, in milliseconds since 1970, and ended sessions that have none left. */
  ended_before_ms?: number;
  /** Of each session, all but the newest so many. */
  keep_newest?: number;
  /** Only in sessions of this template; by default in all. */
  template_id?: string;
  dry_run?: boolean;
  /** Stops between two steps. */
  signal?: AbortSignal;
};
export type Pruned = { sessions: number; executions: number; events: number };

export interface Maintenance {
  /** Copies the database, as it is at one moment and while it is in use, into a new private file. */
  backup(file: string): Promise<{ size_bytes: number }>;
  /** Deletes old executions with their events, and old sessions. What runs, and what is live, is never touched. */
  prune(options: PruneOptions): Promise<Pruned>;
}

export interface TemplateStore {
  /** Inserts the template with its settings; throws TEMPLATE_NAME_TAKEN. */
  insert(template: Template, settings: SettingsBody): void;
  /** Ordered by creation. */
  list(): Template[];
  get(id: string): Template | undefined;
  findByName(name: string): Template | undefined;
  /** Replaces the row of the same id; throws TEMPLATE_NAME_TAKEN. */
  update(template: Template): void;
  /** Deletes the template with settings, capabilities and startup files; its sessions' rows stay. Says if there was one. */
  delete(id: string): boolean;
  settings(id: string): SettingsBody | undefined;
  setSettings(id: string, settings: SettingsBody): void;
  /** A capability of the same kind and name is replaced, keeping its id; the stored row is returned. */
  putCapability(capability: Capability): Capability;
  capabilities(templateId: string): Capability[];
  deleteCapability(templateId: string, capabilityId: string): boolean;
  insertStartupFile(file: StartupFile): void;
  /** Ordered by order_index, then by insertion. */
  startupFiles(templateId: string): StartupFile[];
  deleteStartupFile(templateId: string, startupFileId: string): boolean;
}

export interface SessionStore {
  insert(session: Session): void;
  get(id: string): Session | undefined;
  /** Ordered by creation, oldest first. */
  list(filter?: { status?: SessionStatus }): Session[];
  count(status: SessionStatus): number;
  /** Changes the given columns and updated_at; `undefined` leaves a column as it is. */
  update(id: string, change: SessionChange): void;
}

export type SessionChange = {
  status?: SessionStatus;
  updated_at: string;
  /** null clears it. */
  closed_at?: string | null;
  /** null clears it. */
  last_error?: string | null;
};

export interface ExecutionStore {
  get(id: string): Execution | undefined;
  /** Newest first. */
  list(filter: { session_id: string; limit: number }): Execution[];
  /** Executions of the session whose id sorts after `after_id` (empty: all), oldest first. */
  following(filter: { session_id: string; after_id: string; limit: number }): Execution[];
  /** In order of seq, those after `after_seq`. */
  events(executionId: string, filter: { after_seq: number; limit: number }): ExecutionEvent[];
}

export type ExecutionEnd = {
  status: Exclude<ExecutionStatus, 'running'>;
  ended_at: string;
  result?: ValuePayload;
  error?: ExecutionError;
  metrics: Metrics;
};

/**
 * Buffered writes, committed in order and in groups, at once when asked and after a few milliseconds else. What the disk
 * refuses stays buffered and is tried again; nothing that was committed is ever lost.
 */
export interface Journal {
  /** Throws STORAGE_UNAVAILABLE while the disk refuses, so that no code runs whose outcome could not be kept. */
  insertExecution(execution: Execution): void;
  appendEvents(events: readonly ExecutionEvent[]): void;
  finishExecution(id: string, end: ExecutionEnd): void;
  /** Resolves once everything given so far is committed; rejects with STORAGE_UNAVAILABLE when it cannot be. */
  committed(): Promise<void>;
  /** As `committed`, except for executions of which nothing is known but that they have begun: they may wait longer. */
  committedEnds(): Promise<void>;
  /**
   * As `committed`, but at once: for when nobody is there whose writes could share the commit. Where it is committed when
   * this returns, there is no promise; else throws STORAGE_UNAVAILABLE.
   */
  committedAlone(): Promise<void> | undefined;
  /** Called after each commit with the events that it made durable, in order. Returns how to stop. */
  onCommitted(listener: (events: readonly ExecutionEvent[]) => void): () => void;
}
