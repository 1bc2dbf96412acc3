import { Type, type Static } from 'typebox';
import { Id, Timestamp } from './ids.ts';
import { TemplateSettings } from './settings.ts';

const strict = { additionalProperties: false } as const;

/** v8 is the engine; goja is accepted and stored as given so that scripts of the original system run, and runs on V8. */
export const ENGINES = ['v8', 'goja'] as const;

/** What a runtime may do. `exposed_modules` and `libraries` are names, in the order in which they were added. */
export const Template = Type.Object({
  id: Id,
  name: Type.String(),
  engine: Type.String(),
  is_active: Type.Boolean(),
  exposed_modules: Type.Array(Type.String()),
  libraries: Type.Array(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Template = Static<typeof Template>;

export const TemplateName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });

export const CreateTemplate = Type.Object({ name: TemplateName, engine: Type.Optional(Type.String()) }, strict);
export type CreateTemplate = Static<typeof CreateTemplate>;

export const UpdateTemplate = Type.Object(
  { name: Type.Optional(TemplateName), is_active: Type.Optional(Type.Boolean()) },
  { ...strict, minProperties: 1 },
);
export type UpdateTemplate = Static<typeof UpdateTemplate>;

export const CAPABILITY_KINDS = ['module', 'global', 'fs', 'net', 'env'] as const;
export const CapabilityKind = Type.Enum(CAPABILITY_KINDS);
export type CapabilityKind = (typeof CAPABILITY_KINDS)[number];

/** A permission of a template: denied unless a row allows it. */
export const Capability = Type.Object({
  id: Id,
  vm_id: Id,
  kind: CapabilityKind,
  name: Type.String(),
  enabled: Type.Boolean(),
  config: Type.Record(Type.String(), Type.Unknown()),
});
export type Capability = Static<typeof Capability>;

export const AddCapability = Type.Object(
  {
    kind: CapabilityKind,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    enabled: Type.Optional(Type.Boolean()),
    config: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  strict,
);
export type AddCapability = Static<typeof AddCapability>;

export const StartupMode = Type.Enum(['eval', 'import']);
export type StartupMode = Static<typeof StartupMode>;

/** A file, relative to the worktree, that runs when a session starts; lowest order_index first. */
export const StartupFile = Type.Object({
  id: Id,
  vm_id: Id,
  path: Type.String(),
  order_index: Type.Integer(),
  mode: StartupMode,
});
export type StartupFile = Static<typeof StartupFile>;

export const AddStartupFile = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 4096 }),
    order_index: Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 })),
    mode: Type.Optional(StartupMode),
  },
  strict,
);
export type AddStartupFile = Static<typeof AddStartupFile>;

/** `{"name":"database"}` or `{"name":"lodash@4.17.21"}`. */
export const AddByName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 320 }) }, strict);
export type AddByName = Static<typeof AddByName>;

/** Everything about one template. */
export const TemplateDetail = Type.Object({
  template: Template,
  settings: TemplateSettings,
  capabilities: Type.Array(Capability),
  startup_files: Type.Array(StartupFile),
});
export type TemplateDetail = Static<typeof TemplateDetail>;
