import constants from 'node:constants';
import path from 'node:path';
import { fileURLToPath } from './support/file-urls.ts';
import { Dirent, isUtf8, readData, Stats, wireData, type WireStats } from './support/fs-values.ts';
import { argumentError, tools } from './support/tools.ts';

type Options = Readonly<Record<string, unknown>>;
type Callback = (error: unknown, value?: unknown) => void;
type Operation = {
  /** What crosses, from what the caller gave. Throws for what Node would refuse. */
  encode: (...args: unknown[]) => unknown[];
  decode?: (value: unknown, ...args: unknown[]) => unknown;
  /** Another call than that of its name. */
  call?: string;
};

function pathOf(value: unknown, name = 'path'): string {
  if (typeof value === 'string') return value;
  if (value instanceof URL) return fileURLToPath(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  throw argumentError(name, 'of type string or an instance of Buffer or URL', value);
}

function optionsOf(options: unknown): Options {
  if (options === undefined || options === null) return {};
  if (typeof options === 'string') return { encoding: options };
  if (typeof options === 'object') return options as Options;
  if (typeof options === 'number') return { mode: options };
  throw argumentError('options', 'of type string or an instance of Object', options);
}

function modeOf(mode: unknown): unknown {
  return typeof mode === 'string' ? Number.parseInt(mode, 8) : mode;
}

const onePath: Operation = { encode: (file) => [pathOf(file)] };

function writing(standard: string): Operation {
  return {
    call: 'writeFile',
    encode: (file, data, options) => {
      const { encoding, flag = standard, mode } = optionsOf(options);
      return [pathOf(file), wireData(data, encoding), { flag, mode: modeOf(mode) }];
    },
  };
}

const stat: Operation = {
  encode: (file, options) => {
    const { bigint, throwIfNoEntry } = optionsOf(options);
    if (bigint === true) throw argumentError('options.bigint', 'false: sessions have no BigIntStats', bigint);
    return [pathOf(file), { throwIfNoEntry }];
  },
  decode: (value) => (value === null ? undefined : new Stats(value as WireStats)),
};

const readdir: Operation = {
  encode: (folder, options) => [pathOf(folder), { recursive: optionsOf(options)['recursive'] }],
  decode: (value, folder, options) =>
    (value as [string, string][]).map(([name, kind]) => {
      if (optionsOf(options)['withFileTypes'] !== true) return name;
      return new Dirent(path.basename(name), path.join(pathOf(folder), path.dirname(name)), kind);
    }),
};

const operations: Readonly<Record<string, Operation>> = {
  access: { encode: (file, mode = 0) => [pathOf(file), mode] },
  appendFile: writing('a'),
  copyFile: { encode: (from, to, mode = 0) => [pathOf(from, 'src'), pathOf(to, 'dest'), mode] },
  lstat: stat,
  mkdir: { encode: (folder, options) => [pathOf(folder), { recursive: optionsOf(options)['recursive'] }] },
  mkdtemp: { encode: (prefix) => [pathOf(prefix, 'prefix')] },
  readFile: {
    encode: (file, options) => [pathOf(file), { utf8: isUtf8(optionsOf(options)['encoding']) }],
    decode: (value, _, options) => readData(value, optionsOf(options)['encoding']),
  },
  readdir,
  realpath: onePath,
  rename: { encode: (from, to) => [pathOf(from, 'oldPath'), pathOf(to, 'newPath')] },
  rm: {
    encode: (file, options) => {
      const { recursive, force } = optionsOf(options);
      return [pathOf(file), { recursive, force }];
    },
  },
  rmdir: onePath,
  stat,
  truncate: { encode: (file, length = 0) => [pathOf(file), length] },
  unlink: onePath,
  writeFile: writing('w'),
};

/** Present, so that programs which may never call them can be loaded. */
const ABSENT = [
  'chmod', 'chown', 'cp', 'createReadStream', 'createWriteStream', 'link', 'lutimes', 'open', 'opendir', 'readlink',
  'symlink', 'utimes', 'watch', 'watchFile',
] as const; // prettier-ignore

const ABSENT_SYNC = ['chmodSync', 'chownSync', 'cpSync', 'linkSync', 'openSync', 'opendirSync', 'readlinkSync', 'symlinkSync', 'utimesSync'] as const; // prettier-ignore

function absent(name: string): () => never {
  return () => {
    const message = `fs.${name} is not available in sessions: their fs reads and writes whole files.`;
    throw Object.assign(new Error(message), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' });
  };
}

function syncOf(name: string, { encode, decode, call = name }: Operation) {
  return (...args: unknown[]): unknown => {
    const value = tools.callHost('fs', call, encode(...args));
    return decode === undefined ? value : decode(value, ...args);
  };
}

function promiseOf(name: string, { encode, decode, call = name }: Operation) {
  return async (...args: unknown[]): Promise<unknown> => {
    const value = await tools.callHostLater('fs', call, encode(...args));
    return decode === undefined ? value : decode(value, ...args);
  };
}

/** The callback is called outside of the promise: what it throws is not the promise's failure. */
function callbackOf(later: (...args: unknown[]) => Promise<unknown>) {
  return (...args: unknown[]): void => {
    const callback = args.pop();
    if (typeof callback !== 'function') throw argumentError('cb', 'of type function', callback);
    later(...args).then(
      (value) => { queueMicrotask(() => { (callback as Callback)(null, value); }); }, // prettier-ignore
      (error: unknown) => { queueMicrotask(() => { (callback as Callback)(error); }); }, // prettier-ignore
    );
  };
}

const { F_OK, R_OK, W_OK, X_OK } = constants;
const fsConstants = { ...constants, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, COPYFILE_FICLONE_FORCE: 4 };
const names = Object.keys(operations);
const each = <Made>(make: (name: string, operation: Operation) => Made): [string, Made][] =>
  names.map((name) => [name, make(name, operations[name] ?? onePath)]);
const promises = {
  ...Object.fromEntries(ABSENT.map((name) => [name, absent(`promises.${name}`)])),
  ...Object.fromEntries(each(promiseOf)),
  constants: fsConstants,
};

function existsSync(file: unknown): boolean {
  try {
    return tools.callHost('fs', 'exists', [pathOf(file)]) === true;
  } catch {
    return false;
  }
}

export const builtIn = {
  ...Object.fromEntries([...ABSENT, ...ABSENT_SYNC].map((name) => [name, absent(name)])),
  ...Object.fromEntries(each((name, operation) => callbackOf(promiseOf(name, operation)))),
  ...Object.fromEntries(names.map((name) => [`${name}Sync`, syncOf(name, operations[name] ?? onePath)])),
  Dirent,
  F_OK,
  R_OK,
  Stats,
  W_OK,
  X_OK,
  constants: fsConstants,
  exists: (file: unknown, callback: (exists: boolean) => void): void => {
    tools.callHostLater('fs', 'exists', [pathOf(file)]).then(
      (exists) => { callback(exists === true); }, // prettier-ignore
      () => { callback(false); }, // prettier-ignore
    );
  },
  existsSync,
  promises,
};
