import { Type, type Static } from 'typebox';
import { Id, Timestamp } from '../model/ids.ts';
import { Backup, BackupRequest, GcRequest, GcResult, LogLevelSetting } from '../model/ops.ts';
import { Health, RuntimeSummary } from '../model/runtime-summary.ts';
import { NoParams, notification, request, type RequestDefinition } from './message.ts';

/** Which daemon this is; a client that sees another pid or started_at than before knows that it was replaced. */
export const DaemonInfo = Type.Object({
  pid: Type.Integer(),
  version: Type.String(),
  protocol_version: Type.Integer(),
  started_at: Timestamp,
  /** Where its REST API listens. */
  url: Type.String(),
  data_directory: Type.String(),
});
export type DaemonInfo = Static<typeof DaemonInfo>;

/** What a client may say in `initializationOptions`; every field may be left out. */
export const InitializationOptions = Type.Object({
  /** Kinds of vm/…/changed notifications that it wants; default all. */
  changes: Type.Optional(Type.Array(Type.Enum(['session', 'execution', 'template']))),
  /** The daemon's log from this level up comes as window/logMessage; default warn. */
  log_level: Type.Optional(Type.Enum(['off', 'error', 'warn', 'info', 'debug'])),
  /** The session of documents that vm/document/bind says nothing about; for editors that cannot send it. */
  session_id: Type.Optional(Id),
});
export type InitializationOptions = Static<typeof InitializationOptions>;

/** In the result of `initialize`: `capabilities.experimental`. */
export type ExperimentalCapabilities = { vm: DaemonInfo };

/** Requests about the daemon itself. */
export const DAEMON_REQUESTS = {
  /** Client → daemon: the sessions that are alive in memory. */
  'vm/runtime/summary': request(['GET /runtime/summary'], NoParams, RuntimeSummary),
  /** Client → daemon: answers while everything else is busy. */
  'vm/runtime/health': request(['GET /health'], NoParams, Health),
  /** Client → daemon, when a person asks for it: copy the database into a new file. */
  'vm/ops/backup': request(['POST /ops/backup'], BackupRequest, Backup),
  /** Client → daemon, when a person asks for it: delete what ended long ago. */
  'vm/ops/gc': request(['POST /ops/gc'], GcRequest, GcResult),
  /** Client → daemon: the least important that is logged now. */
  'vm/ops/logLevel': request(['GET /ops/log-level'], NoParams, LogLevelSetting),
  /** Client → daemon, while somebody looks for a fault: log more, or less, from now on. */
  'vm/ops/setLogLevel': request(['PUT /ops/log-level'], LogLevelSetting, LogLevelSetting),
} as const satisfies Record<string, RequestDefinition>;

export const DAEMON_NOTIFICATIONS = {
  /**
   * Daemon → client. `ready` after `initialized`; `behind` when changes were left out because the client did not read
   * (list sessions and templates anew); `stopping` before the connection ends, with the reason.
   */
  'vm/daemon/status': notification({
    state: Type.Enum(['ready', 'behind', 'stopping']),
    message: Type.String(),
    daemon: DaemonInfo,
  }),
} as const;
