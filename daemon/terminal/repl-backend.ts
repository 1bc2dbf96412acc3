import type { ExecutionEvent } from '../../shared/model/event.ts';

/** What the terminal needs of a session, whoever reaches it and how. */
export type ReplBackend = {
  /** Runs a line; events arrive as they happen. Rejects when the daemon refuses. */
  execute(input: string, onEvent: (event: ExecutionEvent) => void): Promise<void>;
  /**
   * Follows what timers and the like do in the session between executions, from now on, until the signal is aborted or
   * the session ends. Absent where that is shown elsewhere.
   */
  followBackground?(onEvent: (event: ExecutionEvent) => void, signal: AbortSignal): Promise<void>;
  interrupt(): Promise<void>;
  restart(): Promise<void>;
  /** What could stand between `from` and `to`; empty when the session is busy. */
  complete(input: string, cursor: number): Promise<{ from: number; to: number; labels: string[] }>;
  globals(): Promise<{ name: string; type: string; preview: string }[]>;
};
