import { Type, type Static } from 'typebox';
import { ExecutionEvent, ValuePayload } from './event.ts';
import { Id, Timestamp } from './ids.ts';

/** repl and run_file are asked for; startup runs a startup file; system holds what happens between executions. */
export const EXECUTION_KINDS = ['repl', 'run_file', 'startup', 'system'] as const;
export const ExecutionKind = Type.Enum(EXECUTION_KINDS);
export type ExecutionKind = (typeof EXECUTION_KINDS)[number];

export const EXECUTION_STATUSES = ['running', 'ok', 'error', 'timeout', 'cancelled'] as const;
export const ExecutionStatus = Type.Enum(EXECUTION_STATUSES);
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** Why an execution did not end with a value. `code` is one of the outcome codes of the error table. */
export const ExecutionError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  name: Type.Optional(Type.String()),
  stack: Type.Optional(Type.String()),
});
export type ExecutionError = Static<typeof ExecutionError>;

/** What an execution cost. Empty while it runs. */
export const Metrics = Type.Object({
  wall_ms: Type.Optional(Type.Number()),
  cpu_ms: Type.Optional(Type.Number()),
  heap_used_bytes: Type.Optional(Type.Integer()),
  event_count: Type.Optional(Type.Integer()),
  output_bytes: Type.Optional(Type.Integer()),
});
export type Metrics = Static<typeof Metrics>;

/** Arguments of a run: a list, or names with values; any JSON. */
export const Args = Type.Union([Type.Array(Type.Unknown()), Type.Record(Type.String(), Type.Unknown())]);
export type Args = Static<typeof Args>;

export const Env = Type.Record(Type.String(), Type.String());
export type Env = Static<typeof Env>;

export const Execution = Type.Object({
  id: Id,
  session_id: Id,
  kind: ExecutionKind,
  input: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  args: Args,
  env: Env,
  status: ExecutionStatus,
  started_at: Timestamp,
  ended_at: Type.Optional(Timestamp),
  result: Type.Optional(ValuePayload),
  error: Type.Optional(ExecutionError),
  metrics: Metrics,
});
export type Execution = Static<typeof Execution>;

/** What running code answers: the execution and the events that it made. */
export const ExecutionWithEvents = Type.Object({ ...Execution.properties, events: Type.Array(ExecutionEvent) });
export type ExecutionWithEvents = Static<typeof ExecutionWithEvents>;

export const RunRepl = Type.Object({ session_id: Id, input: Type.String() }, { additionalProperties: false });
export type RunRepl = Static<typeof RunRepl>;

export const RunFile = Type.Object(
  {
    session_id: Id,
    path: Type.String({ minLength: 1, maxLength: 4096, description: 'Relative to the worktree' }),
    args: Type.Optional(Args),
    env: Type.Optional(Env),
  },
  { additionalProperties: false },
);
export type RunFile = Static<typeof RunFile>;

/** Executions answered when the caller does not say how many. */
export const DEFAULT_EXECUTIONS = 50;
/** The most rows that one answer has. */
export const MAX_ROWS = 1_000;

export const ListExecutions = Type.Object(
  {
    session_id: Id,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ROWS, default: DEFAULT_EXECUTIONS })),
  },
  { additionalProperties: false },
);
export type ListExecutions = Static<typeof ListExecutions>;

export const ListEvents = Type.Object(
  {
    after_seq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ROWS, default: MAX_ROWS })),
  },
  { additionalProperties: false },
);
export type ListEvents = Static<typeof ListEvents>;

/** `wait: false` answers as soon as the start is stored; what follows is in the events. */
export const Wait = { wait: Type.Optional(Type.Boolean({ default: true })) };
