/**
 * How guest code uses a host module. The guest's host has neither files nor network: it passes the call on, and the
 * daemon has it done by a module process of the session, which checks it against the template's policy. A guest that
 * takes over its host gains nothing by that. Only text crosses, both ways: no object of one realm reaches another.
 */

/** Host → daemon → module process. `args` is an array as JSON text, which the guest wrote: only the module reads it. */
export type HostCall = { id: number; module: string; name: string; args: string };

/** What happened, for the audit: `what` reads like the call, `need` says how to allow what was denied. */
export type CallUse = { allowed: boolean; what: string; capability: string; need?: string };

/** `code` and whatever else an error of Node's has beside its message. */
export type CallError = {
  name: 'Error' | 'TypeError' | 'RangeError';
  message: string;
  code: string;
  [more: string]: unknown;
};

/** Module process → daemon → host → guest. `text` is a `CallResult` as JSON; nobody between reads it. */
export type CallReply = { id: number; text: string };
export type CallResult = { value?: unknown; error?: CallError };

/** What a session's module process may do; made of the template when the session opens. */
export type ModulePolicy = {
  /** For the commands that errors name. */
  template_id: string;
  /** Absolute, symlinks resolved. */
  worktree: string;
  /** Names of host modules. */
  modules: string[];
  fs: { worktree: Access | 'none'; roots: FsRoot[]; quota_bytes?: number; quota_used?: number };
  net: NetRule[];
  exec: ExecPolicy;
  /** The variables that the session sees; programs that it starts get them, too. */
  env: Record<string, string>;
  /** Config of the capabilities of kind `module`, by module. */
  options: Record<string, Record<string, unknown>>;
};
export type Access = 'ro' | 'rw';
export type FsRoot = { path: string; access: Access };
/** `hosts`: names, `*.name` or addresses. No `ports`: 80 and 443. `private`: also where they resolve to addresses of this machine or its networks. */
export type NetRule = { hosts: string[]; ports?: number[]; private?: boolean };
/** No `commands`: any. */
export type ExecPolicy = { commands?: string[]; max_output_bytes?: number; timeout_ms?: number };

/** Daemon → module process, one JSON text a line on its descriptor 3. */
export type ToModules =
  | { t: 'policy'; policy: ModulePolicy }
  | { t: 'call'; call: HostCall }
  /** Stop what the call does; it is answered all the same. */
  | { t: 'cancel'; id: number };

/** Module process → daemon. */
export type FromModules =
  /** Comes when it is decided: of programs and requests before they have an effect. */
  | { t: 'use'; id: number; use: CallUse }
  | { t: 'returned'; reply: CallReply }
  /** How much of the quota of files is used now. */
  | { t: 'quota'; used: number };

/** Calls of a session under way at once; a host keeps more than these back. */
export const MAX_CALLS = 64;
/** Bytes of a file, an answer or an output that one call may carry. */
export const MAX_CALL_BYTES = 8 * 1024 * 1024;
/** Characters of the arguments, or of the reply, of one call: its bytes in base64, and something beside them. */
export const MAX_CALL_CHARS = 14 * 1024 * 1024;
