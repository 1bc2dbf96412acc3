import { Type, type Static } from 'typebox';
import { LOG_LEVELS } from './log-levels.ts';

const strict = { additionalProperties: false } as const;

export const BackupRequest = Type.Object(
  { path: Type.String({ minLength: 1, maxLength: 4096, description: 'Absolute path of a file that does not exist' }) },
  strict,
);
export type BackupRequest = Static<typeof BackupRequest>;

export const Backup = Type.Object({ path: Type.String(), size_bytes: Type.Integer() });
export type Backup = Static<typeof Backup>;

export const GcRequest = Type.Object(
  {
    older_than_ms: Type.Integer({ minimum: 0, description: 'Executions that ended longer ago than this' }),
    dry_run: Type.Optional(Type.Boolean({ description: 'Only count' })),
  },
  strict,
);
export type GcRequest = Static<typeof GcRequest>;

/** What was deleted, or would be. */
export const GcResult = Type.Object({
  sessions: Type.Integer(),
  executions: Type.Integer(),
  events: Type.Integer(),
  dry_run: Type.Boolean(),
});
export type GcResult = Static<typeof GcResult>;

/** The least important that the daemon logs. */
export const LogLevelSetting = Type.Object({ level: Type.Enum(LOG_LEVELS) }, strict);
export type LogLevelSetting = Static<typeof LogLevelSetting>;
