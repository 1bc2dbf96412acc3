import { Type, type Static } from 'typebox';

const strict = { additionalProperties: false } as const;

/** What each limit may be set to. The upper ends are a day, and what one machine could plausibly give. */
export const LIMIT_RANGES = {
  cpu_ms: { minimum: 1, maximum: 86_400_000 },
  wall_ms: { minimum: 1, maximum: 86_400_000 },
  mem_mb: { minimum: 8, maximum: 16_384 },
  max_events: { minimum: 1, maximum: 10_000_000 },
  max_output_kb: { minimum: 1, maximum: 1_048_576 },
} as const;

/** What a session may use; every limit is enforced while guest code runs. */
export const Limits = Type.Object(
  {
    cpu_ms: Type.Integer({ ...LIMIT_RANGES.cpu_ms, description: 'CPU time of one execution, milliseconds' }),
    wall_ms: Type.Integer({ ...LIMIT_RANGES.wall_ms, description: 'Elapsed time of one execution, milliseconds' }),
    mem_mb: Type.Integer({ ...LIMIT_RANGES.mem_mb, description: 'Memory of the session, MiB' }),
    max_events: Type.Integer({ ...LIMIT_RANGES.max_events, description: 'Events of one execution' }),
    max_output_kb: Type.Integer({
      ...LIMIT_RANGES.max_output_kb,
      description: 'Text and values of one execution, KiB',
    }),
  },
  strict,
);
export type Limits = Static<typeof Limits>;

/** How imports of files are resolved. */
export const ResolverSettings = Type.Object(
  {
    roots: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'Folders, relative to the worktree, in which bare file imports are looked up',
    }),
    extensions: Type.Array(Type.String({ pattern: '^\\.[A-Za-z0-9.]+$' }), {
      minItems: 1,
      description: 'Extensions tried, in order, when an import names none',
    }),
    allow_absolute_repo_imports: Type.Boolean({ description: 'Whether "/x" means x below the worktree' }),
  },
  strict,
);
export type ResolverSettings = Static<typeof ResolverSettings>;

/** How the runtime itself is set up. */
export const RuntimeSettings = Type.Object(
  {
    esm: Type.Boolean({ description: 'Whether files may be ES modules' }),
    strict: Type.Boolean({ description: 'Whether scripts and REPL input run in strict mode' }),
    console: Type.Boolean({ description: 'Whether a console exists' }),
    isolation: Type.Optional(
      Type.Enum(['process', 'shared'], {
        description:
          'process: a host process of its own (default); shared: many sessions in one host, denser, less contained',
      }),
    ),
  },
  strict,
);
export type RuntimeSettings = Static<typeof RuntimeSettings>;

/** A hundred years, and more executions than a database should hold: whoever wants more wants null. */
const MAX_AGE_DAYS = 36_500;
const MAX_EXECUTIONS = 1_000_000;

/** How long executions of the template's sessions, and the sessions themselves when they have ended, are kept. */
export const RetentionSettings = Type.Object(
  {
    max_age_days: Type.Union([Type.Integer({ minimum: 1, maximum: MAX_AGE_DAYS }), Type.Null()], {
      description: 'Executions that ended longer ago are deleted, ended sessions without any too; null: never',
    }),
    max_executions: Type.Union([Type.Integer({ minimum: 1, maximum: MAX_EXECUTIONS }), Type.Null()], {
      description: 'The newest so many of each session are kept; null: all',
    }),
  },
  strict,
);
export type RetentionSettings = Static<typeof RetentionSettings>;

/** The settings objects of a template. */
export const SettingsBody = Type.Object(
  { limits: Limits, resolver: ResolverSettings, runtime: RuntimeSettings, retention: RetentionSettings },
  strict,
);
export type SettingsBody = Static<typeof SettingsBody>;

/** What a session takes over from its template when it starts. */
export type SessionSettings = Pick<SettingsBody, 'limits' | 'resolver' | 'runtime'>;

export const TemplateSettings = Type.Object({ vm_id: Type.String(), ...SettingsBody.properties }, strict);
export type TemplateSettings = Static<typeof TemplateSettings>;

/** A deep merge into the settings: absent keys stay as they are, unknown ones are refused. */
export const SettingsPatch = Type.Object(
  {
    limits: Type.Optional(Type.Partial(Limits, strict)),
    resolver: Type.Optional(Type.Partial(ResolverSettings, strict)),
    runtime: Type.Optional(Type.Partial(RuntimeSettings, strict)),
    retention: Type.Optional(Type.Partial(RetentionSettings, strict)),
  },
  { ...strict, minProperties: 1 },
);
export type SettingsPatch = Static<typeof SettingsPatch>;

/** What a new template starts with. */
export const DEFAULT_SETTINGS: SettingsBody = {
  limits: { cpu_ms: 2000, wall_ms: 5000, mem_mb: 128, max_events: 50_000, max_output_kb: 256 },
  resolver: {
    roots: ['.'],
    extensions: ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json'],
    allow_absolute_repo_imports: true,
  },
  runtime: { esm: true, strict: true, console: true },
  retention: { max_age_days: null, max_executions: null },
};
