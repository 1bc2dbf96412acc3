import { VmError } from '../../shared/errors/vm-error.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Args, Env, Execution, ExecutionWithEvents, RunFile, RunRepl } from '../../shared/model/execution.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { StartupFile } from '../../shared/model/template.ts';
import type { RunOutcome, RunRequest, Runtime } from '../runtime/runtime.ts';
import type { ExecutionStore } from '../store/store.ts';
import { BackgroundExecutions } from './background-executions.ts';
import { timestamp } from './clock.ts';
import type { ExecutionRecorder } from './execution-recorder.ts';
import type { LiveSession, LiveSessions } from './live-sessions.ts';
import { newId } from './new-id.ts';
import { readWorktreeFile } from '../worktree/worktree-files.ts';

type Run = {
  kind: 'repl' | 'run_file' | 'startup';
  source: string;
  path?: string;
  file?: string;
  as_module?: true;
  args: Args;
  env: Env;
};
/** A running execution and how it will have ended. `finished` rejects only with STORAGE_UNAVAILABLE. */
export type Started = { execution: Execution; finished: Promise<Finished> };
type Finished = { execution: Execution; events: ExecutionEvent[] };

/** Runs code in sessions, one execution at a time each, and answers for what ran. */
export class ExecutionService {
  readonly #store: ExecutionStore;
  readonly #runtime: Runtime;
  readonly #sessions: LiveSessions;
  readonly #recorder: ExecutionRecorder;
  readonly #background: BackgroundExecutions;
  readonly #running = new Map<string, Started>();
  #stopping = false;

  constructor(store: ExecutionStore, runtime: Runtime, sessions: LiveSessions, recorder: ExecutionRecorder) {
    this.#store = store;
    this.#runtime = runtime;
    this.#sessions = sessions;
    this.#recorder = recorder;
    this.#background = new BackgroundExecutions(recorder);
  }

  /** Throws SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY, OUTPUT_LIMIT_EXCEEDED, STORAGE_UNAVAILABLE. */
  async repl({ session_id, input }: RunRepl): Promise<ExecutionWithEvents> {
    return answer(await this.startRepl({ session_id, input }).finished);
  }

  /** As `repl`, and INVALID_PATH, FILE_NOT_FOUND before any code runs. */
  async runFile(body: RunFile): Promise<ExecutionWithEvents> {
    return this.ended(await this.startFile(body));
  }

  /** Starts and does not wait: the execution as it is now, and its end. Throws as `repl`. */
  startRepl({ session_id, input }: RunRepl): Started {
    const session = this.#sessions.requireReady(session_id);
    return this.#start(session, { kind: 'repl', source: input, args: [], env: {} });
  }

  /** Starts and does not wait. Throws as `runFile`. */
  async startFile({ session_id, path, args = [], env = {} }: RunFile): Promise<Started> {
    this.#requireIdle(this.#sessions.requireReady(session_id));
    const { worktree } = this.#sessions.requireReady(session_id);
    const { absolute_path, source } = await readWorktreeFile(worktree, path);
    // The session may have ended, or got busy, while the file was read.
    const session = this.#sessions.requireReady(session_id);
    return this.#start(session, { kind: 'run_file', source, path, file: absolute_path, args, env });
  }

  /** Resolves when the start is durable, so that it can be acknowledged. */
  started({ execution }: Started): Promise<Execution> {
    return this.#recorder.durable().then(() => execution);
  }

  /** The end of what was started, with its events. Throws OUTPUT_LIMIT_EXCEEDED, STORAGE_UNAVAILABLE. */
  async ended({ finished }: Started): Promise<ExecutionWithEvents> {
    return answer(await finished);
  }

  /** What runs now, in all sessions. */
  running(): Execution[] {
    return [...this.#running.values(), ...this.#background.all()].map(({ execution }) => execution);
  }

  /**
   * Stops what runs in the session and keeps its state; when nothing runs, the timers that wait. Says which execution
   * was stopped, if any.
   */
  async interrupt(sessionId: string): Promise<Execution | undefined> {
    const session = this.#sessions.requireReady(sessionId);
    const running = session.running ?? this.#background.inSession(sessionId)?.execution.id;
    if (running !== undefined) return this.cancel(running);
    this.#runtime.interrupt(sessionId);
    return undefined;
  }

  /** Timers of the session make themselves heard while nothing runs: an execution of their own, whose id this is. */
  beginBackground(sessionId: string): string {
    return this.#background.begin(sessionId);
  }

  endBackground(executionId: string, outcome: RunOutcome): void {
    this.#background.end(executionId, outcome);
  }

  /** Runs a startup file in a session that is not ready yet. */
  async startup(session: LiveSession, { path, mode }: StartupFile): Promise<Execution> {
    const { absolute_path, source } = await readWorktreeFile(session.worktree, path);
    const run: Run = { kind: 'startup', source, path, file: absolute_path, args: [], env: {} };
    if (mode === 'import') run.as_module = true;
    return (await this.#start(session, run).finished).execution;
  }

  list(filter: { session_id: string; limit: number }): Execution[] {
    this.#sessions.row(filter.session_id);
    return this.#store.list(filter);
  }

  /** Throws EXECUTION_NOT_FOUND. */
  get(id: string): Execution {
    const execution = this.#store.get(id);
    if (execution === undefined) {
      throw new VmError('EXECUTION_NOT_FOUND', `No execution has the id ${id}.`, { execution_id: id });
    }
    return execution;
  }

  /** Throws EXECUTION_NOT_FOUND. */
  events(id: string, filter: { after_seq: number; limit: number }): ExecutionEvent[] {
    this.get(id);
    return this.#store.events(id, filter);
  }

  /** Stops a running execution, keeps the session's state, and answers when it has ended. Throws EXECUTION_NOT_RUNNING. */
  async cancel(id: string): Promise<Execution> {
    const running = this.#running.get(id) ?? this.#background.get(id);
    if (running === undefined) {
      const { status } = this.get(id);
      throw new VmError('EXECUTION_NOT_RUNNING', `The execution has ended already (${status}).`, {
        execution_id: id,
        status,
      });
    }
    this.#stop(running.execution);
    return (await running.finished).execution;
  }

  /** Refuses new executions from now on, and resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#running.values(), ...this.#background.all()];
    for (const { execution } of running) this.#stop(execution);
    await Promise.allSettled(running.map(({ finished }) => finished));
  }

  #stop({ kind, session_id }: Execution): void {
    if (kind === 'system') this.#runtime.interruptBackground(session_id);
    else this.#runtime.interrupt(session_id);
  }

  #requireIdle(session: LiveSession): void {
    if (this.#stopping) throw new VmError('SHUTTING_DOWN', 'The daemon is stopping; start it again and retry.');
    if (session.running === undefined) return;
    throw new VmError('SESSION_BUSY', 'The session runs another execution; wait for it or cancel it.', {
      session_id: session.id,
      execution_id: session.running,
    });
  }

  #start(session: LiveSession, run: Run): Started {
    this.#requireIdle(session);
    const execution = newExecution(session.id, run);
    session.running = execution.id;
    const finished = this.#run(session, execution, run);
    // Whoever waits for the end hears of a failure; a start that nobody waits for must not be an unhandled rejection.
    finished.catch(() => undefined);
    const started = { execution, finished };
    this.#running.set(execution.id, started);
    return started;
  }

  async #run(session: LiveSession, execution: Execution, run: Run): Promise<Finished> {
    try {
      this.#recorder.begin(execution);
      const running = this.#runtime.run(session.id, requestOf(execution.id, run, session.settings.limits));
      // What others want to know of it is told while the host is at work already.
      this.#recorder.announce(execution);
      const outcome = await running;
      // The session is free for the next from here on, while this one is still being stored.
      session.running = undefined;
      return await this.#recorder.end(execution, outcome);
    } finally {
      if (session.running === execution.id) session.running = undefined;
      this.#running.delete(execution.id);
    }
  }
}

function answer({ execution, events }: Finished): ExecutionWithEvents {
  refuseOverflow(execution);
  return { ...execution, events };
}

/** Without spreading what may be absent: that is slow, and this is on the way of every line of a REPL. */
function newExecution(session_id: string, { kind, source, path, args, env }: Run): Execution {
  const id = newId();
  const begun = { args, env, status: 'running', started_at: timestamp(), metrics: {} } as const;
  return path === undefined
    ? { id, session_id, kind, input: source, ...begun }
    : { id, session_id, kind, path, ...begun };
}

function requestOf(
  execution_id: string,
  { kind, source, file, as_module, args, env }: Run,
  limits: Limits,
): RunRequest {
  const request: RunRequest = { execution_id, kind, source, args, env, limits };
  if (file !== undefined) request.file = file;
  if (as_module !== undefined) request.as_module = as_module;
  return request;
}

/** The output limit is an error of the request as well as an outcome: clients of the original system rely on the 422. */
function refuseOverflow(execution: Execution): void {
  if (execution.error?.code !== 'OUTPUT_LIMIT_EXCEEDED') return;
  throw new VmError('OUTPUT_LIMIT_EXCEEDED', execution.error.message, {
    session_id: execution.session_id,
    execution_id: execution.id,
    event_count: execution.metrics.event_count,
    output_bytes: execution.metrics.output_bytes,
  });
}
