import { VmError } from '../../shared/errors/vm-error.ts';
import type { ExecutionError } from '../../shared/model/execution.ts';
import type { CompleteRequest, Completion, Globals, Members, ValueLook } from '../../shared/model/inspection.ts';
import type { RuntimeSummary } from '../../shared/model/runtime-summary.ts';
import type { CreateSession, Session, SessionStatus } from '../../shared/model/session.ts';
import type { SessionSettings } from '../../shared/model/settings.ts';
import type { StartupFile, TemplateDetail } from '../../shared/model/template.ts';
import type { Libraries } from '../libraries/libraries.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SessionStore } from '../store/store.ts';
import { timestamp } from './clock.ts';
import type { ExecutionService } from './execution-service.ts';
import type { LiveSession, LiveSessions } from './live-sessions.ts';
import { newId } from './new-id.ts';
import type { TemplateService } from './template-service.ts';
import { resolveWorktree } from '../worktree/worktree-files.ts';

export type SessionServiceParts = {
  store: SessionStore;
  runtime: Runtime;
  live: LiveSessions;
  templates: TemplateService;
  executions: ExecutionService;
  libraries: Libraries;
  /** Sessions alive at once; one more is refused. */
  maxSessions: number;
};

/** The life of sessions: starting → ready → closed, or crashed with a reason. */
export class SessionService {
  readonly #parts: SessionServiceParts;
  #stopping = false;

  constructor(parts: SessionServiceParts) {
    this.#parts = parts;
  }

  /**
   * Makes a session and runs the template's startup files in it. When that fails the row stays, as `crashed`.
   * Throws TEMPLATE_NOT_FOUND, WORKTREE_NOT_FOUND, SESSION_LIMIT_REACHED, LIBRARY_NOT_CACHED, STARTUP_FAILED,
   * STARTUP_MODE_UNSUPPORTED.
   */
  async create(body: CreateSession): Promise<Session> {
    const { templates, live } = this.#parts;
    const detail = templates.get(body.template_id);
    const worktree = await resolveWorktree(body.worktree_path);
    this.#requirePlace();
    const row = newSession(body);
    await this.#start(live.add(row, worktree, settingsOf(detail)), detail);
    return live.row(row.id);
  }

  /**
   * Ends what the session holds and starts it anew from its template as it is now: same id, fresh state, startup files
   * run again. Also brings back a session that crashed or was closed. Throws as `create`, and SESSION_NOT_READY.
   */
  async restart(id: string): Promise<Session> {
    const { templates, live, runtime } = this.#parts;
    const { template_id, worktree_path } = live.row(id);
    const detail = templates.get(template_id);
    const worktree = await resolveWorktree(worktree_path);
    // Asked last, as another restart may have come before this one.
    if (live.row(id).status === 'starting') {
      throw new VmError('SESSION_NOT_READY', 'The session is starting; wait until it is ready.', { session_id: id });
    }
    if (live.get(id) === undefined) this.#requirePlace();
    const session = live.addAgain(id, worktree, settingsOf(detail));
    await runtime.close(id, 'the session was restarted');
    await this.#start(session, detail);
    return live.row(id);
  }

  list(filter: { status?: SessionStatus } = {}): Session[] {
    return this.#parts.store.list(filter);
  }

  /** The row, and whether something goes on between executions. Throws SESSION_NOT_FOUND. */
  get(id: string): Session {
    const { live, runtime } = this.#parts;
    const row = live.row(id);
    return runtime.goesOn(id) ? { ...row, goes_on: true } : row;
  }

  /** Ends the session and what runs in it. Closing a session that has ended changes nothing. Throws SESSION_NOT_FOUND. */
  async close(id: string): Promise<Session> {
    const { live, runtime } = this.#parts;
    live.row(id);
    live.closed(id);
    await runtime.close(id, 'the session was closed');
    return live.row(id);
  }

  /** The variables that the session's code has defined. Throws SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY. */
  async globals(id: string): Promise<Globals> {
    return { globals: await this.#look(id, (runtime) => runtime.globals(id)) };
  }

  /** What could stand at the cursor; no side effects. Throws as `globals`, and VALIDATION_ERROR. */
  complete(id: string, request: CompleteRequest): Promise<Completion> {
    if (request.cursor > request.input.length) {
      throw new VmError('VALIDATION_ERROR', 'cursor must be at most the length of input.', { field: 'cursor' });
    }
    return this.#look(id, (runtime) => runtime.complete(id, request));
  }

  /**
   * What a variable of the session holds, or a member of that; undefined when there is none. No side effects, no getter
   * runs. Throws SESSION_NOT_FOUND, SESSION_NOT_READY; SESSION_BUSY when an execution runs.
   */
  async value(id: string, path: readonly string[]): Promise<ValueLook | undefined> {
    return this.#requireIdle(id).value(id, path);
  }

  /** What such a value has itself, the first hundred. Throws as `globals`. */
  async members(id: string, path: readonly string[]): Promise<Members> {
    return { members: await this.#look(id, (runtime) => runtime.members(id, path)) };
  }

  /** The folder of a session as its stack traces name it: absolute, symlinks resolved as long as it lives. Throws SESSION_NOT_FOUND. */
  worktree(id: string): string {
    const { live } = this.#parts;
    return live.get(id)?.worktree ?? live.row(id).worktree_path;
  }

  /** What is alive in memory. */
  summary(): RuntimeSummary {
    const ids = this.#parts.runtime.activeSessionIds();
    return { active_sessions: ids.length, active_session_ids: ids };
  }

  /** Closes every session, for `reason`. Executions have been stopped before. */
  async stop(reason: string): Promise<void> {
    this.#stopping = true;
    const { live, runtime } = this.#parts;
    for (const id of live.ids()) live.closed(id, reason);
    await runtime.dispose();
  }

  #requirePlace(): void {
    if (this.#stopping) throw shuttingDown();
    const { live, maxSessions } = this.#parts;
    if (live.size < maxSessions) return;
    throw new VmError('SESSION_LIMIT_REACHED', `There are ${maxSessions} live sessions already; close some first.`, {
      max_sessions: maxSessions,
    });
  }

  /** Looks into an idle session; a running execution is never disturbed, and nobody waits for it. */
  async #look<T>(id: string, ask: (runtime: Runtime) => Promise<T | undefined>): Promise<T> {
    const answer = await ask(this.#requireIdle(id));
    if (answer !== undefined) return answer;
    throw busy(id);
  }

  #requireIdle(id: string): Runtime {
    const { running } = this.#parts.live.requireReady(id);
    if (running !== undefined) throw busy(id, running);
    return this.#parts.runtime;
  }

  #start(session: LiveSession, { template, capabilities, startup_files }: TemplateDetail): Promise<void> {
    return this.#orCrash(session, async () => {
      const libraries = await this.#parts.libraries.load(template.libraries);
      await this.#parts.runtime.open({
        session_id: session.id,
        template_id: template.id,
        worktree_path: session.worktree,
        settings: session.settings,
        modules: template.exposed_modules,
        libraries,
        capabilities,
      });
      await this.#runStartupFiles(session, startup_files);
    });
  }

  async #orCrash(session: LiveSession, start: () => Promise<void>): Promise<void> {
    const { live, runtime } = this.#parts;
    try {
      await start();
      if (live.markReady(session.id)) return;
      const { status, last_error } = live.row(session.id);
      const why = last_error ?? `the session was ${status} while it started`;
      throw new VmError('STARTUP_FAILED', why, { session_id: session.id, status });
    } catch (error) {
      live.crashed(session.id, error instanceof Error ? error.message : String(error));
      await runtime.close(session.id, 'the session failed to start');
      throw this.#stopping ? shuttingDown() : startFailure(error, session.id);
    }
  }

  async #runStartupFiles(session: LiveSession, files: readonly StartupFile[]): Promise<void> {
    for (const file of files) {
      const { path } = file;
      requireMode(session, file);
      const failure = await this.#startupFailure(session, file);
      if (failure === undefined) continue;
      throw new VmError('STARTUP_FAILED', `startup file ${path} failed: ${failure.message}`, {
        path,
        ...failure.details,
      });
    }
  }

  async #startupFailure(
    session: LiveSession,
    file: StartupFile,
  ): Promise<{ message: string; details: Record<string, unknown> } | undefined> {
    try {
      const { id, status, error } = await this.#parts.executions.startup(session, file);
      if (status === 'ok') return undefined;
      return {
        message: error === undefined ? status : withPlace(error),
        details: { execution_id: id, cause: error?.code },
      };
    } catch (error) {
      if (!(error instanceof VmError) || error.code === 'STORAGE_UNAVAILABLE') throw error;
      return { message: error.message, details: { cause: error.code } };
    }
  }
}

/** Whether the template lets a startup file run as it wants to: both may have changed since the file was added. */
function requireMode({ settings }: LiveSession, { path, mode }: StartupFile): void {
  if (mode === 'eval' || settings.runtime.esm) return;
  const message = `startup file ${path} wants to be imported, and the template's setting runtime.esm is off`;
  throw new VmError('STARTUP_MODE_UNSUPPORTED', message, { path, mode });
}

function busy(session_id: string, execution_id?: string): VmError {
  const message = 'The session is busy and cannot be looked into; ask again when it is idle.';
  return new VmError('SESSION_BUSY', message, { session_id, execution_id });
}

function shuttingDown(): VmError {
  return new VmError('SHUTTING_DOWN', 'The daemon is stopping; start it again and retry.');
}

/** A start that failed names its session, whose row says why; what the runtime says is a reason for people. */
function startFailure(error: unknown, session_id: string): VmError {
  if (!(error instanceof VmError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new VmError('STARTUP_FAILED', `the session could not start: ${reason}`, { session_id }, { cause: error });
  }
  error.details['session_id'] = session_id;
  return error;
}

function settingsOf({ settings }: TemplateDetail): SessionSettings {
  const { limits, resolver, runtime } = settings;
  return { limits, resolver, runtime };
}

function newSession(body: CreateSession): Session {
  const now = timestamp();
  const { template_id, workspace_id, base_commit_oid, worktree_path } = body;
  return {
    id: newId(),
    template_id,
    vm_id: template_id,
    workspace_id,
    base_commit_oid,
    worktree_path,
    status: 'starting',
    created_at: now,
    updated_at: now,
  };
}

/** What a startup file threw, and where. */
function withPlace({ message, stack = '' }: ExecutionError): string {
  const [, place] = /\n {4}at ([^\n]+)/.exec(stack) ?? [];
  return place === undefined ? message : `${message} (at ${place})`;
}
