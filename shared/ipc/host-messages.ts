import type { CallReply, HostCall } from './call-messages.ts';
import type { EventPayload, EventType, ValuePayload } from '../model/event.ts';
import type { Args, Env, ExecutionError, Metrics } from '../model/execution.ts';
import type { CompleteRequest, Completion, GlobalVariable, Member, ValueLook } from '../model/inspection.ts';
import type { LoadReply, LoadRequest, ModuleFile } from './module-messages.ts';
import type { Limits, ResolverSettings, RuntimeSettings } from '../model/settings.ts';
import type { SessionLibrary } from './session-library.ts';

/**
 * The private protocol between the daemon and a runtime host: one JSON text a line, over a pipe that the host inherits.
 * Messages are ordered. Everything that arrives from a host is untrusted: a guest may have taken it over.
 */

/** The pipe's number in the host. Its end is how a host learns that the daemon is gone. */
export const HOST_CHANNEL_FD = 3;

/** A host keeps an isolate of this size ready before it is asked for one: the limit that a new template has. */
export const DEFAULT_MEM_MB = 128;

/** What sessions have in common that are made from one template, before they have a worktree. */
export type SessionKind = {
  mem_mb: number;
  runtime: RuntimeSettings;
  /** Globals of ours that they do not have. */
  denied_globals: readonly string[];
  /** Evaluated in this order, before any other code of the guest. */
  libraries: readonly SessionLibrary[];
};

/** Daemon → host. */
export type ToHost =
  /** Prepare an isolate for sessions of a kind while nobody waits for it. Not answered; may come again. */
  | { t: 'prime'; kind: SessionKind }
  /** Make an isolate and a context; answered by `opened` or `open_failed`. */
  | {
      t: 'open';
      session_id: string;
      worktree_path: string;
      resolver: ResolverSettings;
      kind: SessionKind;
      template_id: string;
      /** Host modules that the template allows. */
      modules: readonly string[];
      /** Modules of any sort that it denies. */
      denied_modules: readonly string[];
      /** What process.env has. */
      env: Readonly<Record<string, string>>;
      /** Take the isolate that was primed: for this kind, whose libraries are left out here. */
      primed: boolean;
    }
  /** Run code; answered by any number of `events` and one `done` (or `stuck`). */
  | {
      t: 'run';
      session_id: string;
      execution_id: string;
      kind: 'repl' | 'run_file' | 'startup';
      source: string;
      /** file:// URL of the script; absent for REPL input. */
      url?: string;
      /** The file is a module whatever it looks like: startup mode `import`. */
      as_module?: true;
      /** Absent: none. */
      args?: Args;
      env?: Env;
      /** Absent: those of the run before in this session. */
      limits?: Limits;
    }
  /** Stop what runs and keep the state. */
  | { t: 'interrupt'; session_id: string; execution_id: string }
  /** So many events of the execution, counted from its start, are durable: the host may go on emitting. */
  | { t: 'ack'; session_id: string; execution_id: string; events: number }
  /** Stop what the session's runs left behind, for good: no timer is called any more. */
  | { t: 'interrupt_background'; session_id: string }
  /** As `ack`, for the events of what goes on between runs. */
  | { t: 'ack_background'; session_id: string; events: number }
  /** Answer to `load`: any number of `files` and one `loaded`. */
  | { t: 'files'; session_id: string; id: number; files: ModuleFile[] }
  | { t: 'loaded'; session_id: string; reply: LoadReply }
  /** Answer to `call`; the daemon has noted so many events of the execution for it. */
  | { t: 'called'; session_id: string; reply: CallReply; events: number }
  /** Dispose the isolate; answered by `closed`. Only sent to shared hosts: others are killed. */
  | { t: 'close'; session_id: string }
  /** Look into a session at rest without running code of the guest; answered by `looked`. */
  | { t: 'look'; session_id: string; look_id: number; at: 'globals' }
  | { t: 'look'; session_id: string; look_id: number; at: 'completion'; request: CompleteRequest }
  /** As well; `path`: the name of a variable, then names of members. */
  | { t: 'look'; session_id: string; look_id: number; at: 'value' | 'members'; path: readonly string[] }
  /** Are you there? Answered by `pong`. */
  | { t: 'ping' };

export type LookMessage = Extract<ToHost, { t: 'look' }>;
export type LookedMessage = Extract<FromHost, { t: 'looked' }>;
export type RunMessage = Extract<ToHost, { t: 'run' }>;

/** One event on its way: milliseconds since 1970, type, payload. */
export type WireEvent = [ts: number, type: EventType, payload: EventPayload];

export type WireOutcome = {
  status: 'ok' | 'error' | 'timeout' | 'cancelled';
  result?: ValuePayload;
  error?: ExecutionError;
  metrics: Metrics;
};

/** Host → daemon. */
export type FromHost =
  /** The host has an isolate ready. */
  | { t: 'hello'; pid: number }
  | { t: 'opened'; session_id: string }
  | { t: 'open_failed'; session_id: string; message: string }
  | { t: 'events'; session_id: string; execution_id: string; events: WireEvent[] }
  /**
   * The last word about an execution; `events` are those not sent before. `goes_on`: timers wait to be called, and
   * `background_done` will say when that is over.
   */
  | {
      t: 'done';
      session_id: string;
      execution_id: string;
      events: WireEvent[];
      outcome: WireOutcome;
      /** The result is what the last of these events says, and is not said again. */
      result_is_last?: true;
      goes_on: boolean;
    }
  /** As `done`, but the guest is in native code that cannot be interrupted: the host has to be killed. */
  | { t: 'stuck'; session_id: string; execution_id: string; events: WireEvent[]; outcome: WireOutcome }
  /** What goes on between two runs has made events; they belong to an execution that begins with the first of them. */
  | { t: 'background'; session_id: string; events: WireEvent[] }
  /** The end of that: nothing waits any more, the next run begins, or it was stopped. Also when there were no events. */
  | { t: 'background_done'; session_id: string; events: WireEvent[]; outcome: WireOutcome }
  /** As `background_done`, but in native code that cannot be interrupted: the host has to be killed. */
  | { t: 'background_stuck'; session_id: string; events: WireEvent[]; outcome: WireOutcome }
  /** The guest imports something. */
  | { t: 'load'; session_id: string; request: LoadRequest }
  /** The guest uses a host module; answered by `called`. */
  | { t: 'call'; session_id: string; call: HostCall }
  /** Nobody waits for these any more. */
  | { t: 'cancel_calls'; session_id: string; ids: number[] }
  /** `remains`: the session's isolate could not be disposed; it does nothing more, and goes with the process. */
  | { t: 'closed'; session_id: string; remains: boolean }
  /** The session's isolate hit its memory limit. `fatal`: the whole process is beyond repair. */
  | { t: 'lost'; session_id: string; fatal: boolean }
  /** One of the last four, or none when the session did not answer in time, or has no such value. */
  | {
      t: 'looked';
      session_id: string;
      look_id: number;
      globals?: GlobalVariable[];
      completion?: Completion;
      value?: ValueLook;
      members?: Member[];
    }
  | { t: 'pong' };

/** How long a guest may take to stop once it was told to, milliseconds. Interrupts take about 1 ms where they work at all. */
export const STOP_GRACE_MS = 1000;

/** Longest text of one event, UTF-16 units; more is cut with a count. Keeps single messages within reason. */
export const MAX_EVENT_TEXT = 1_048_576;

/** A host runs only so far ahead of what the daemon has stored. */
export const MAX_UNACKED_EVENTS = 4096;
export const MAX_UNACKED_CHARS = 4_194_304;

/** `json` of a value is left out above this many characters of JSON text. */
export const MAX_JSON_CHARS = 65_536;
