import type { SessionLibrary } from '../../shared/ipc/session-library.ts';
import type { EventPayload, EventType, ValuePayload } from '../../shared/model/event.ts';
import type { Args, Env, ExecutionError, ExecutionStatus, Metrics } from '../../shared/model/execution.ts';
import type { CompleteRequest, Completion, GlobalVariable, Member, ValueLook } from '../../shared/model/inspection.ts';
import type { Limits, SessionSettings } from '../../shared/model/settings.ts';
import type { Capability } from '../../shared/model/template.ts';

/** Live sessions, as the services see them. Guest code runs in host processes behind this. */
export interface Runtime {
  /** Makes a fresh isolate and loads its libraries. Rejects with an Error whose message is the reason when no host can be had. */
  open(spec: SessionSpec): Promise<void>;
  /**
   * Runs code in an open session. One run at a time per session (the caller sees to it). Never rejects: every way in
   * which a run can end is an outcome. All events were emitted before it resolves.
   */
  run(sessionId: string, request: RunRequest): Promise<RunOutcome>;
  /**
   * Stops what runs in the session and keeps its state; the run ends as `cancelled`. Without a run, what earlier runs
   * left behind is stopped for good.
   */
  interrupt(sessionId: string): void;
  /** Stops what earlier runs left behind, for good; a run that goes on, or waits for that to end, goes on. */
  interruptBackground(sessionId: string): void;
  /** Whether earlier runs left something behind that goes on: timers, and what waits for a reply. */
  goesOn(sessionId: string): boolean;
  /** The variables that the session's code has defined. No code of the guest runs; undefined when not answered in time. */
  globals(sessionId: string): Promise<GlobalVariable[] | undefined>;
  /** What could stand at the cursor, without side effects; undefined when not answered in time. */
  complete(sessionId: string, request: CompleteRequest): Promise<Completion | undefined>;
  /**
   * What a variable holds, or a member of what it holds: `path` is the variable's name and then names of members. No
   * code of the guest runs, no getter either; undefined when there is no such value, or no answer in time.
   */
  value(sessionId: string, path: readonly string[]): Promise<ValueLook | undefined>;
  /** What such a value has itself, the first hundred; none for what has nothing. Undefined when not answered in time. */
  members(sessionId: string, path: readonly string[]): Promise<Member[] | undefined>;
  /** Disposes the isolate, stopping what runs (as `cancelled`, with `reason`). Idempotent. */
  close(sessionId: string, reason: string): Promise<void>;
  /** Sorted ids of the sessions that are alive in memory. */
  activeSessionIds(): string[];
  /** Closes everything and reaps every host process. Idempotent. */
  dispose(): Promise<void>;
}

export type SessionSpec = {
  session_id: string;
  template_id: string;
  /** Absolute, symlinks resolved. */
  worktree_path: string;
  settings: SessionSettings;
  modules: readonly string[];
  libraries: readonly SessionLibrary[];
  capabilities: readonly Capability[];
};

export type RunRequest = {
  execution_id: string;
  kind: 'repl' | 'run_file' | 'startup';
  source: string;
  /** Absolute path of the file that `source` was read from; absent for REPL input. */
  file?: string;
  /** The file is loaded as `import` does, whatever it looks like: startup mode `import`. */
  as_module?: true;
  args: Args;
  env: Env;
  limits: Limits;
};

export type RunOutcome = {
  status: Exclude<ExecutionStatus, 'running'>;
  result?: ValuePayload;
  error?: ExecutionError;
  metrics: Metrics;
};

/** An event before it is numbered and stored. `ts` is milliseconds since 1970. */
export type RuntimeEvent = { ts: number; type: EventType; payload: EventPayload };

/** What the runtime tells its owner; injected, so that the runtime knows no store. */
export type RuntimeListener = {
  /**
   * Events of a running execution, in order. `stored` must be called once they are durable: the runtime lets a host go
   * only so far ahead of it, which is what keeps memory flat during a flood.
   */
  onEvents(executionId: string, events: readonly RuntimeEvent[], stored: () => void): void;
  /**
   * Timers and the like that earlier runs left behind make themselves heard between runs.
   * @returns the id of the execution that their events belong to
   */
  beginBackground(sessionId: string): string;
  /** That has ended: nothing is left to be called, the next run begins, or it was stopped. Its events were emitted before. */
  endBackground(executionId: string, outcome: RunOutcome): void;
  /** The session died by itself (memory, host killed, fault). Its run, if any, has ended or will end by its own outcome. */
  onSessionLost(sessionId: string, reason: string): void;
};
