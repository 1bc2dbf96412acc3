import type { EventPayload, EventType, ValuePayload } from '../model/event.ts';
import type { Args, Env, ExecutionError, Metrics } from '../model/execution.ts';
import type { Limits, ResolverSettings, RuntimeSettings } from '../model/settings.ts';

/**
 * The private protocol between the daemon and a runtime host, over the child's IPC channel. Messages are plain JSON and
 * ordered. Everything that arrives from a host is untrusted: a guest may have taken it over.
 */

/** Daemon → host. */
export type ToHost =
  /** Make an isolate and a context; answered by `opened` or `open_failed`. */
  | {
      t: 'open';
      session_id: string;
      worktree_path: string;
      mem_mb: number;
      resolver: ResolverSettings;
      runtime: RuntimeSettings;
    }
  /** Run code; answered by any number of `events` and one `done`. */
  | {
      t: 'run';
      session_id: string;
      execution_id: string;
      kind: 'repl' | 'run_file' | 'startup';
      source: string;
      /** file:// URL of the script, or a made-up name for REPL input. */
      url: string;
      args: Args;
      env: Env;
      limits: Limits;
    }
  /** Stop what runs and keep the state. */
  | { t: 'interrupt'; session_id: string; execution_id: string }
  /** This many events of the execution are durable: the host may go on emitting. */
  | { t: 'ack'; session_id: string; execution_id: string; events: number }
  /** Dispose the isolate; answered by `closed`. */
  | { t: 'close'; session_id: string };

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
  | { t: 'hello'; pid: number }
  | { t: 'opened'; session_id: string }
  | { t: 'open_failed'; session_id: string; message: string }
  | { t: 'events'; session_id: string; execution_id: string; events: WireEvent[] }
  /** The last word about an execution; `events` are those not sent before. */
  | { t: 'done'; session_id: string; execution_id: string; events: WireEvent[]; outcome: WireOutcome }
  | { t: 'closed'; session_id: string }
  /** The isolate cannot go on, for example because its memory limit was hit. */
  | { t: 'lost'; session_id: string; code: 'MEMORY_LIMIT_EXCEEDED' | 'HOST_DIED'; message: string };
