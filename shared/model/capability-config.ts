import { Type, type Static, type TObject } from 'typebox';
import type { HostModuleName } from '../catalogue/host-modules.ts';

const strict = { additionalProperties: false } as const;

/** What each kind of capability may be configured with. Everything here is enforced; nothing else is taken. */

const AbsolutePath = Type.String({ pattern: '^/', maxLength: 4096 });

/** Folders beside the worktree, and how much the session's files may grow in all. */
export const FsConfig = Type.Object(
  {
    roots: Type.Optional(
      Type.Array(Type.Object({ path: AbsolutePath, access: Type.Enum(['ro', 'rw']) }, strict), {
        minItems: 1,
        maxItems: 50,
      }),
    ),
    quota_bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  { ...strict, minProperties: 1 },
);
export type FsConfig = Static<typeof FsConfig>;

/** A name, a name with `*.` before it, or an address. */
export const HOST_NAME = '^(?:\\*\\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]+$';
const Host = Type.String({ pattern: HOST_NAME, maxLength: 253 });

/** Without `hosts` the capability's own name is the host. */
export const NetConfig = Type.Object(
  {
    hosts: Type.Optional(Type.Array(Host, { minItems: 1, maxItems: 100 })),
    ports: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), { minItems: 1, maxItems: 100 })),
    private: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type NetConfig = Static<typeof NetConfig>;

export const VARIABLE_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';
const VariableName = Type.String({ pattern: VARIABLE_NAME, maxLength: 200 });

/** Variables of the daemon's environment by name, and others with their values. With neither, the capability's own name is the variable. */
export const EnvConfig = Type.Object(
  {
    names: Type.Optional(Type.Array(VariableName, { minItems: 1, maxItems: 200 })),
    values: Type.Optional(Type.Record(VariableName, Type.String({ maxLength: 65_536 }))),
  },
  strict,
);
export type EnvConfig = Static<typeof EnvConfig>;

const Nothing = Type.Object({}, strict);

export const FsModuleConfig = Type.Object({ worktree: Type.Optional(Type.Enum(['ro', 'rw'])) }, strict);
export type FsModuleConfig = Static<typeof FsModuleConfig>;

export const ExecModuleConfig = Type.Object(
  {
    commands: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 200 })),
    max_output_bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 8 * 1024 * 1024 })),
    timeout_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_600_000 })),
  },
  strict,
);
export type ExecModuleConfig = Static<typeof ExecModuleConfig>;

/** Options of host modules, as capabilities of kind `module` have them. */
export const MODULE_CONFIGS: Readonly<Record<HostModuleName, TObject>> = {
  fs: FsModuleConfig,
  database: Nothing,
  exec: ExecModuleConfig,
  http: Nothing,
};

/** What has no options. */
export const NoConfig = Nothing;

/** Globals of ours that a template may take away, or allow again. */
export const SWITCHED_GLOBALS = [
  'console', 'process', 'Buffer', 'timers', 'fetch', 'crypto', 'performance', 'structuredClone', 'WebAssembly',
] as const; // prettier-ignore
export type SwitchedGlobal = (typeof SWITCHED_GLOBALS)[number];
