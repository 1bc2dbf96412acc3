import { readFile } from 'node:fs/promises';
import { HOST_MODULE_ALIASES, HOST_MODULES } from '../../../shared/catalogue/host-modules.ts';
import { PURE_BUILT_INS, REFUSED_BUILT_INS } from '../../../shared/catalogue/node-built-ins.ts';

/** Modules that are no files: Node's built-ins in plain JavaScript, and what the template lets the host provide. */
export type BuiltInModules = {
  /** The text of a built-in as CommonJS, read when it is first asked for. */
  textOf(name: string): Promise<string>;
  /** Names of host modules that this session may use. */
  hostModules: ReadonlySet<string>;
};

/** The built-ins of every session, in files whose names begin with `texts`. */
export function builtInModules(texts: string, allowed: readonly string[]): BuiltInModules {
  const textOf = (name: string): Promise<string> => readFile(`${texts}${name.replaceAll('/', '.')}.js`, 'utf8');
  return { textOf, hostModules: new Set(allowed) };
}

export type SpecialModule =
  { built_in: string } | { host_module: string } | { refusal: { code: string; message: string } };

const PURE: ReadonlySet<string> = new Set(PURE_BUILT_INS);
const REFUSED: ReadonlySet<string> = new Set(REFUSED_BUILT_INS);

/** What a specifier means when it names no file; undefined when files and packages have to be looked at. */
export function specialModule(specifier: string, hostModules: ReadonlySet<string>): SpecialModule | undefined {
  if (specifier.startsWith('vm:')) {
    const name = specifier.slice('vm:'.length);
    return hostModules.has(ownerOf(name)) ? { host_module: name } : { refusal: refuse(name) };
  }
  const name = specifier.startsWith('node:') ? specifier.slice('node:'.length) : specifier;
  const isNodes = name === specifier || Object.hasOwn(HOST_MODULE_ALIASES, specifier);
  if (isNodes && hostModules.has(ownerOf(name))) return { host_module: name };
  if (PURE.has(name)) return { built_in: name };
  if (REFUSED.has(name) || specifier.startsWith('node:')) return { refusal: refuse(name) };
  return undefined;
}

/** For a name that is neither a package nor a file, but a host module that this session lacks. */
export function missingHostModule(specifier: string): { code: string; message: string } | undefined {
  return Object.hasOwn(HOST_MODULES, specifier) ? refuse(specifier) : undefined;
}

/** The host module that a specifier belongs to: `fs` of `fs/promises`. */
function ownerOf(name: string): string {
  return Object.hasOwn(HOST_MODULE_ALIASES, name) ? (HOST_MODULE_ALIASES[name] ?? name) : name;
}

function refuse(given: string): { code: string; message: string } {
  const name = ownerOf(given);
  const start = `Invalid module: "${given}".`;
  const allow = `vm-system template add-module TEMPLATE --name ${name}`;
  let why = 'There is no such module.';
  if (Object.hasOwn(HOST_MODULES, name)) {
    why = `The session's template does not allow this host module; allow it with: ${allow}`;
  } else if (REFUSED.has(name)) {
    why = 'It is a built-in of Node that sessions do not have, because it reaches outside of them.';
  }
  return { code: 'ERR_UNKNOWN_BUILTIN_MODULE', message: `${start} ${why}` };
}
