/** Host modules that a template can expose, by the name that guest code requires. */
export const HOST_MODULES = {
  fs: 'Files of the worktree, by the calls of Node: read, write, list, move, remove.',
  database: 'SQLite: configure, query, exec, transaction, close; in memory or a file of the worktree.',
  exec: 'Programs of the host: run(command, args, options), without a shell.',
  http: 'HTTP: a fetch like that of browsers, also as a global, to hosts that the template names.',
} as const;
/** Other specifiers for a host module, or for a part of it: those of Node whose calls it has. */
export const HOST_MODULE_ALIASES: Readonly<Record<string, HostModuleName>> = {
  'fs/promises': 'fs',
  'node:fs': 'fs',
  'node:fs/promises': 'fs',
};
export type HostModuleName = keyof typeof HOST_MODULES;

/** Names that JavaScript itself provides: always there, never a module of a template. */
export const JAVASCRIPT_BUILT_INS: ReadonlySet<string> = new Set([
  'json', 'math', 'date', 'array', 'object', 'string', 'number', 'boolean', 'regexp', 'map', 'set', 'weakmap', 'weakset',
  'promise', 'symbol', 'bigint', 'function', 'error', 'reflect', 'proxy', 'intl', 'arraybuffer', 'dataview', 'atomics',
  'globalthis', 'iterator', 'parseint', 'parsefloat', 'isnan', 'isfinite', 'eval', 'undefined', 'nan', 'infinity',
]); // prettier-ignore
