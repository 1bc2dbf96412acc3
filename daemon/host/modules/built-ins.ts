import { fs } from '../node-modules.ts';
import { HOST_MODULE_ALIASES, HOST_MODULES } from '../../../shared/catalogue/host-modules.ts';
import { PURE_BUILT_INS, REFUSED_BUILT_INS } from '../../../shared/catalogue/node-built-ins.ts';

/** Which modules that are no files a session may have. */
export type ModuleAccess = {
  /** For the commands that errors name. */
  templateId: string;
  hostModules: ReadonlySet<string>;
  /** Host modules and built-ins that the template's capabilities deny. */
  denied: ReadonlySet<string>;
  /** Names of the session's libraries. */
  libraries: ReadonlySet<string>;
};

/** Modules that are no files: Node's built-ins in plain JavaScript, and what the template lets the host provide. */
export type BuiltInModules = {
  /** The text of a built-in as CommonJS, read when it is first asked for. */
  textOf(name: string): Promise<string>;
  access: ModuleAccess;
};

/** The built-ins of every session, in files whose names begin with `texts`. */
export function builtInModules(texts: string, access: ModuleAccess): BuiltInModules {
  const textOf = (name: string): Promise<string> =>
    fs.promises.readFile(`${texts}${name.replaceAll('/', '.')}.js`, 'utf8');
  return { textOf, access };
}

export type Refusal = {
  code: string;
  message: string;
  /** What the template would have to allow, and how; absent where nothing helps. */
  denied?: { capability: string; need: string };
};
export type SpecialModule = { built_in: string } | { host_module: string } | { library: string } | { refusal: Refusal };

const PURE: ReadonlySet<string> = new Set(PURE_BUILT_INS);
const REFUSED: ReadonlySet<string> = new Set(REFUSED_BUILT_INS);

/** What a specifier means when it names no file; undefined when files and packages have to be looked at. */
export function specialModule(specifier: string, access: ModuleAccess): SpecialModule | undefined {
  // Most are paths, and asked for by the hundred.
  if (specifier.startsWith('.')) return undefined;
  const { hostModules, denied, libraries } = access;
  if (specifier.startsWith('vm:')) {
    const name = specifier.slice('vm:'.length);
    return hostModules.has(ownerOf(name)) ? { host_module: name } : { refusal: refuse(name, access) };
  }
  const name = specifier.startsWith('node:') ? specifier.slice('node:'.length) : specifier;
  const isNodes = name === specifier || Object.hasOwn(HOST_MODULE_ALIASES, specifier);
  if (isNodes && hostModules.has(ownerOf(name))) return { host_module: name };
  if (PURE.has(name) && !denied.has(name)) return { built_in: name };
  if (libraries.has(specifier)) return { library: specifier };
  if (PURE.has(name) || REFUSED.has(name) || specifier.startsWith('node:')) return { refusal: refuse(name, access) };
  return undefined;
}

/** For a name that is neither a package nor a file, but a host module that this session lacks. */
export function missingHostModule(specifier: string, access: ModuleAccess): Refusal | undefined {
  return Object.hasOwn(HOST_MODULES, specifier) ? refuse(specifier, access) : undefined;
}

/** The host module that a specifier belongs to: `fs` of `fs/promises`. */
function ownerOf(name: string): string {
  return Object.hasOwn(HOST_MODULE_ALIASES, name) ? (HOST_MODULE_ALIASES[name] ?? name) : name;
}

function refuse(given: string, { templateId, hostModules, denied }: ModuleAccess): Refusal {
  const name = ownerOf(given);
  const code = 'ERR_UNKNOWN_BUILTIN_MODULE';
  const start = `Invalid module: "${given}".`;
  if (denied.has(name)) {
    const need = `vm-system template add-capability ${templateId} --kind module --name ${name} --enabled`;
    const why = `The session's template denies it by a disabled capability; allow it with: ${need}`;
    return { code, message: `${start} ${why}`, denied: { capability: `module:${name}`, need } };
  }
  if (hostModules.has(name)) return { code, message: `${start} It is a host module here: "vm:${name}".` };
  if (Object.hasOwn(HOST_MODULES, name)) {
    const need = `vm-system template add-module ${templateId} --name ${name}`;
    const why = `The session's template does not allow this host module; allow it with: ${need}`;
    return { code, message: `${start} ${why}`, denied: { capability: `module:${name}`, need } };
  }
  const why = REFUSED.has(name)
    ? 'It is a built-in of Node that sessions do not have, because it reaches outside of them.'
    : 'There is no such module.';
  return { code, message: `${start} ${why}` };
}
