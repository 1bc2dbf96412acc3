import { Type } from 'typebox';
import { EngineInfo, ErrorInfo, EventTypeInfo, LibraryInfo, LimitsInfo, ModuleInfo } from '../model/metadata.ts';
import { NoParams, request, type RequestDefinition } from './message.ts';

/** What this daemon offers; clients ask once a connection, for quick picks and descriptions. */
export const METADATA_REQUESTS = {
  /** Client → daemon: engines that a template may name. */
  'vm/metadata/engines': request(['GET /metadata/engines'], NoParams, Type.Array(EngineInfo)),
  /** Client → daemon: host modules that a template may expose. */
  'vm/metadata/modules': request(['GET /metadata/modules'], NoParams, Type.Array(ModuleInfo)),
  /** Client → daemon: libraries that a template may load. */
  'vm/metadata/libraries': request(['GET /metadata/libraries'], NoParams, Type.Array(LibraryInfo)),
  /** Client → daemon, when a limit is edited: defaults and ranges. */
  'vm/metadata/limits': request(['GET /metadata/limits'], NoParams, LimitsInfo),
  /** Client → daemon: kinds of events and what they say. */
  'vm/metadata/eventTypes': request(['GET /metadata/event-types'], NoParams, Type.Array(EventTypeInfo)),
  /** Client → daemon: the error table. */
  'vm/metadata/errors': request(['GET /metadata/errors'], NoParams, Type.Array(ErrorInfo)),
} as const satisfies Record<string, RequestDefinition>;
