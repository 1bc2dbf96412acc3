/**
 * How guest code uses a host module. The guest's host has neither files nor network: it passes the call on, and the
 * daemon has it done by a module process of the session, which checks it against the template's policy. A guest that
 * takes over its host gains nothing by that. Only text crosses, both ways: no object of one realm reaches another.
 */

/** Host → daemon → module process. `args` is what the guest wrote as JSON; everything in it is checked by the module. */
export type HostCall = { id: number; module: string; name: string; args: unknown[] };

/** What happened, for the audit: `what` reads like the call, `need` says how to allow what was denied. */
export type CallUse = { allowed: boolean; what: string; capability: string; need?: string };

export type CallError = { name: 'Error' | 'TypeError' | 'RangeError'; message: string; code: string; [more: string]: unknown };

/** Module process → daemon → host. */
export type CallReply = { id: number; uses: CallUse[]; value?: unknown; error?: CallError };

/** What a session's module process may do; made of the template when the session opens. */
export type ModulePolicy = {
  /** Absolute, symlinks resolved. */
  worktree: string;
  modules: string[];
  fs: { worktree: Access | 'none'; roots: { path: string; access: Access }[]; quota_bytes?: number };
  net: { hosts: string[]; ports: number[]; private: boolean }[];
  /** Absent `commands`: any. */
  exec: { commands?: string[]; env: Record<string, string>; max_output_bytes: number };
};
export type Access = 'ro' | 'rw';

/** Daemon → module process. */
export type ToModules =
  | { t: 'policy'; policy: ModulePolicy }
  | { t: 'call'; call: HostCall }
  /** Stop what goes on; answered by `cancelled`. */
  | { t: 'cancel' };

/** Module process → daemon. */
export type FromModules = { t: 'returned'; reply: CallReply } | { t: 'cancelled' };

/** Calls of a session under way at once; a host keeps more than these back. */
export const MAX_CALLS = 64;
/** Bytes of a file, an answer or an output that one call may carry. */
export const MAX_CALL_BYTES = 8 * 1024 * 1024;
