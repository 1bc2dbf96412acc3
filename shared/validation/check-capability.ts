import { Type, type TObject } from 'typebox';
import { Value } from 'typebox/value';
import { HOST_MODULES, JAVASCRIPT_BUILT_INS, type HostModuleName } from '../catalogue/host-modules.ts';
import { PURE_BUILT_INS } from '../catalogue/node-built-ins.ts';
import { VmError } from '../errors/vm-error.ts';
import {
  EnvConfig,
  FsConfig,
  HOST_NAME,
  MODULE_CONFIGS,
  NetConfig,
  NoConfig,
  SWITCHED_GLOBALS,
  VARIABLE_NAME,
  type EnvConfig as Env,
  type FsConfig as Fs,
  type NetConfig as Net,
} from '../model/capability-config.ts';
import type { Capability } from '../model/template.ts';
import { explain } from './explain.ts';

export type CheckedCapability = Pick<Capability, 'kind' | 'name' | 'enabled' | 'config'>;

/** Folders that are no folders of files: reading them tells of other processes, writing them changes the machine. */
const NO_FILES = ['/proc', '/sys', '/dev'];

/**
 * Refuses what nothing would enforce. Throws VALIDATION_ERROR or INVALID_REQUEST for the config, and for a name of a
 * global; MODULE_NOT_ALLOWED and MODULE_NOT_FOUND for that of a module.
 */
export function checkCapability({ kind, name, enabled, config }: CheckedCapability): void {
  // A row that only denies needs to say nothing more.
  const isBare = Object.keys(config).length === 0;
  if (kind === 'module') requireModuleName(name);
  if (kind === 'global') requireGlobal(name);
  if (kind !== 'fs' || enabled || !isBare) check(schemaOf({ kind, name }), config);
  if (kind === 'fs') requireFolders(config);
  if (kind === 'net' && (config as Net).hosts === undefined) checkName(HOST_NAME, name, 'config.hosts');
  if (kind === 'env' && isBare) checkName(VARIABLE_NAME, name, 'config.names');
}

/** Throws as `checkCapability`; also for names of no module. */
export function requireModuleName(name: string, others: readonly string[] = PURE_BUILT_INS): void {
  if (Object.hasOwn(HOST_MODULES, name) || others.includes(name)) return;
  if (JAVASCRIPT_BUILT_INS.has(name.toLowerCase())) {
    const message = `"${name}" is part of JavaScript and always there; it is not a module.`;
    throw new VmError('MODULE_NOT_ALLOWED', message, { name });
  }
  const modules = Object.keys(HOST_MODULES);
  throw new VmError('MODULE_NOT_FOUND', `No module "${name}"; there are ${modules.join(', ')}.`, { name, modules });
}

function schemaOf({ kind, name }: Pick<Capability, 'kind' | 'name'>): TObject {
  switch (kind) {
    case 'fs':
      return FsConfig;
    case 'net':
      return NetConfig;
    case 'env':
      return EnvConfig;
    case 'global':
      return NoConfig;
    case 'module':
      return Object.hasOwn(MODULE_CONFIGS, name) ? MODULE_CONFIGS[name as HostModuleName] : NoConfig;
  }
}

/** Fields are named from the request's body on: `config.roots.0.path`. */
function check(schema: TObject, config: unknown): void {
  const whole = Type.Object({ config: schema });
  const value = { config };
  if (!Value.Check(whole, value)) throw explain(Value.Errors(whole, value), value);
}

function checkName(pattern: string, name: string, field: string): void {
  if (new RegExp(pattern).test(name)) return;
  throw new VmError('VALIDATION_ERROR', `${field} is required: the capability's own name is none.`, { field });
}

function requireGlobal(name: string): void {
  if ((SWITCHED_GLOBALS as readonly string[]).includes(name)) return;
  const globals = SWITCHED_GLOBALS.join(', ');
  throw new VmError('VALIDATION_ERROR', `name must be one of ${globals}, for the kind global.`, { field: 'name', expected: `one of ${globals}` }); // prettier-ignore
}

function requireFolders({ roots = [] }: Fs): void {
  for (const [index, { path }] of roots.entries()) {
    const isPlain = !path.includes('\0') && path.split('/').every((part) => part !== '..' && part !== '.');
    if (isPlain && !NO_FILES.some((folder) => path === folder || path.startsWith(`${folder}/`))) continue;
    const field = `config.roots.${index}.path`;
    const message = `${field} must be an absolute path of a folder of files, without "..", and not in ${NO_FILES.join(', ')}.`;
    throw new VmError('VALIDATION_ERROR', message, { field });
  }
}

/** What the capabilities of a kind allow, with the names that stand for a config. */
export function netOf({ name, config }: CheckedCapability): Net & { hosts: string[] } {
  const net = config as Net;
  return { ...net, hosts: net.hosts ?? [name] };
}

export function envOf({ name, config }: CheckedCapability): { names: string[]; values: Record<string, string> } {
  const { names, values } = config as Env;
  return { names: names ?? (values === undefined ? [name] : []), values: values ?? {} };
}
