import type { Execution } from '../../shared/model/execution.ts';
import type { CompleteRequest, Completion, ValueLook } from '../../shared/model/inspection.ts';
import type { Session } from '../../shared/model/session.ts';

/** What language features ask of sessions. Rejects or throws VmError: SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY. */
export type SessionsPort = {
  get(id: string): Session;
  /** The session's folder as stack traces name it. */
  worktree(id: string): string;
  /** What could stand at the cursor, without side effects. */
  complete(id: string, request: CompleteRequest): Promise<Completion>;
  /** The value at the end of a path of names, without side effects; undefined when there is none. */
  value(id: string, path: readonly string[]): Promise<ValueLook | undefined>;
};

export type ExecutionsPort = {
  /** Newest first. */
  list(filter: { session_id: string; limit: number }): Execution[];
};
