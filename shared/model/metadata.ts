import { Type, type Static } from 'typebox';
import { Limits } from './settings.ts';

export const EngineInfo = Type.Object({ name: Type.String(), description: Type.String(), default: Type.Boolean() });
export type EngineInfo = Static<typeof EngineInfo>;

export const ModuleInfo = Type.Object({ name: Type.String(), description: Type.String() });
export type ModuleInfo = Static<typeof ModuleInfo>;

export const LibraryInfo = Type.Object({
  name: Type.String(),
  version: Type.String(),
  global: Type.Optional(Type.String({ description: 'The global variable that holds the library' })),
  description: Type.String(),
  cached: Type.Boolean({ description: 'Whether sessions can load it now; `vm-system libs add` fetches it' }),
});
export type LibraryInfo = Static<typeof LibraryInfo>;

/** Defaults of a new template, and the range that each limit may have. */
export const LimitsInfo = Type.Object({
  defaults: Limits,
  ranges: Type.Record(Type.String(), Type.Object({ minimum: Type.Integer(), maximum: Type.Integer() })),
});
export type LimitsInfo = Static<typeof LimitsInfo>;

export const EventTypeInfo = Type.Object({ type: Type.String(), description: Type.String() });
export type EventTypeInfo = Static<typeof EventTypeInfo>;

/** A row of the error table; `status` and `rpc_code` are absent for codes that only executions end with. */
export const ErrorInfo = Type.Object({
  code: Type.String(),
  status: Type.Optional(Type.Integer()),
  rpc_code: Type.Optional(Type.Integer()),
  description: Type.String(),
});
export type ErrorInfo = Static<typeof ErrorInfo>;
