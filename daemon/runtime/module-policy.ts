import { realpathSync } from 'node:fs';
import { HOST_MODULES } from '../../shared/catalogue/host-modules.ts';
import { PURE_BUILT_INS } from '../../shared/catalogue/node-built-ins.ts';
import type { FsRoot, ModulePolicy } from '../../shared/ipc/call-messages.ts';
import type { FsConfig, FsModuleConfig } from '../../shared/model/capability-config.ts';
import type { Capability } from '../../shared/model/template.ts';
import { checkCapability, envOf, netOf } from '../../shared/validation/check-capability.ts';
import type { SessionSpec } from './runtime.ts';

/** What a template allows its sessions, as it stands when one opens. */
export type Allowed = {
  policy: ModulePolicy;
  /** Names of modules that a disabled capability denies. */
  deniedModules: string[];
  deniedGlobals: string[];
};

/** Throws when a capability says what nobody would enforce: it must have been stored by other means than ours. */
export function allowedBy({ template_id, worktree_path, modules, capabilities }: SessionSpec): Allowed {
  for (const capability of capabilities) requireEnforced(capability);
  const enabled = (kind: string): Capability[] => capabilities.filter((each) => each.kind === kind && each.enabled);
  const denied = (kind: string): string[] =>
    capabilities.flatMap((each) => (each.kind === kind && !each.enabled ? [each.name] : []));
  const options = Object.fromEntries(enabled('module').map(({ name, config }) => [name, config]));
  const deniedModules = denied('module');
  const named = new Set([...modules, ...Object.keys(options)]);
  const allowed = [...named].filter((name) => Object.hasOwn(HOST_MODULES, name) && !deniedModules.includes(name));
  const fs = enabled('fs').map(({ config }): FsConfig => config);
  const quotas = fs.flatMap(({ quota_bytes }) => (quota_bytes === undefined ? [] : [quota_bytes]));
  const { worktree = 'rw' } = (options['fs'] ?? {}) as FsModuleConfig;
  const policy: ModulePolicy = {
    template_id,
    worktree: worktree_path,
    modules: allowed,
    fs: {
      worktree: allowed.includes('fs') ? worktree : 'none',
      roots: fs.flatMap(({ roots = [] }) => roots.flatMap(withRealPath)),
      ...(quotas.length === 0 ? {} : { quota_bytes: Math.min(...quotas) }),
    },
    net: enabled('net').map(netOf),
    exec: options['exec'] ?? {},
    env: environmentOf(enabled('env')),
    options,
  };
  const deniedGlobals = denied('global');
  return { policy, deniedModules: [...deniedModules, ...deniedGlobals.flatMap(builtInsOf)], deniedGlobals };
}

/** Where else a global could be had. */
function builtInsOf(global: string): string[] {
  const name = global.toLowerCase();
  return PURE_BUILT_INS.filter((each) => each === name || each.startsWith(`${name}/`));
}

function requireEnforced(capability: Capability): void {
  try {
    checkCapability(capability);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`capability ${capability.kind}:${capability.name} cannot be enforced: ${why}`, { cause: error });
  }
}

/** A root is meant by its name and by where it lies. */
function withRealPath(root: FsRoot): FsRoot[] {
  try {
    const path = realpathSync(root.path);
    return path === root.path ? [root] : [root, { ...root, path }];
  } catch {
    return [root];
  }
}

/** Names that the daemon's environment lacks are left out. */
function environmentOf(capabilities: readonly Capability[]): Record<string, string> {
  const all = capabilities.map(envOf);
  const inherited = all.flatMap(({ names }) =>
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return Object.assign(Object.fromEntries(inherited) as Record<string, string>, ...all.map(({ values }) => values)) as Record<string, string>; // prettier-ignore
}
