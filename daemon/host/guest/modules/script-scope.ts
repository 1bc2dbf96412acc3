import type { CommonJs } from './common-js.ts';
import type { CommonJsModule, ImportFunction } from './module-functions.ts';
import type { Intrinsics } from './intrinsics.ts';
import type { LoadErrors } from './load-errors.ts';
import type { ModuleLinker } from './module-linker.ts';
import type { ModuleRecord } from './module-record.ts';
import type { ModuleStore } from './module-store.ts';

type Frame = { getScriptNameOrSourceURL?: () => unknown };
type ErrorClass = { captureStackTrace: (target: object) => void };

/**
 * What scripts and REPL input see of modules: `require`, `module`, `__filename` and their like as globals, and the
 * function that `import()` is rewritten to. All of them look at who calls, so that a function keeps importing from its
 * own file, whenever and from wherever it is called.
 */
export class ScriptScope {
  readonly #p: Intrinsics;
  readonly #store: ModuleStore;
  readonly #linker: ModuleLinker;
  readonly #commonJs: CommonJs;
  readonly #errors: LoadErrors;
  /** The script that runs or ran last: the answer where the stack gives none. */
  #current = '';
  readonly #modules = { __proto__: null } as unknown as Record<string, CommonJsModule | undefined>;
  readonly #paths = { __proto__: null } as unknown as Record<string, string>;

  constructor(p: Intrinsics, store: ModuleStore, linker: ModuleLinker, commonJs: CommonJs, errors: LoadErrors) {
    this.#p = p;
    this.#store = store;
    this.#linker = linker;
    this.#commonJs = commonJs;
    this.#errors = errors;
  }

  /** A file is about to run as a script: it starts with a module object of its own. */
  beginScript(url: string, path: string): void {
    this.#current = url;
    this.#modules[url] = undefined;
    if (url === '') return;
    this.#paths[url] = path;
    this.#commonJs.main = this.#moduleOf(url);
  }

  defineGlobals(): void {
    const require = this.#commonJs.requireOf(() => this.#caller(), undefined);
    this.#hidden(globalThis, 'require', { value: require, writable: true });
    this.#lazy('Buffer', 'node:buffer');
    this.#global('module', () => this.#moduleOf(this.#caller()));
    this.#global('exports', () => this.#moduleOf(this.#caller())?.exports);
    this.#global('__filename', () => this.#moduleOf(this.#caller())?.filename);
    this.#global('__dirname', () => this.#moduleOf(this.#caller())?.path);
    const importFunction = ((specifier: unknown, options?: unknown) =>
      this.#import(this.#caller(), specifier, options)) as unknown as ImportFunction;
    const named = (specifier: string, names: readonly string[], options?: unknown): Promise<unknown> =>
      this.#importNames(specifier, names, options);
    this.#hidden(importFunction, 'named', { value: named });
    this.#hidden(importFunction, 'entry', { value: (url: string) => this.#entry(url) });
    this.#hidden(importFunction, 'exported', { value: (url: string) => this.#exported(url) });
    this.#hidden(importFunction, 'isLoadError', { value: (value: unknown) => this.#errors.isLoadError(value) });
    this.#p.freeze(importFunction);
    this.#p.defineProperty(globalThis, '\u012dmport', { __proto__: null, value: importFunction } as PropertyDescriptor);
  }

  /** A module's own `import`, with its `meta`. */
  importOf({ entry: { url, path } }: ModuleRecord): ImportFunction {
    const importFunction = (specifier: unknown, options?: unknown): Promise<unknown> =>
      this.#import(url, specifier, options);
    const meta = {
      __proto__: null,
      dirname: this.#commonJs.folderOf(path),
      filename: path,
      main: url === this.#current,
      resolve: (specifier: unknown): string => this.#store.resolveNow('import', url, `${specifier as string}`),
      url,
    };
    this.#hidden(importFunction, 'meta', { value: meta });
    return importFunction as unknown as ImportFunction;
  }

  async #import(referrer: string, specifier: unknown, options: unknown): Promise<unknown> {
    const name = `${specifier as string}`;
    const record = this.#store.find('import', referrer, name, this.#typeOf(options));
    return this.#linker.import(record);
  }

  /** A static import of the REPL's: it fails where a file's would not even be linked. */
  async #importNames(specifier: string, names: readonly string[], options: unknown): Promise<unknown> {
    const namespace = (await this.#import(this.#caller(), specifier, options)) as object;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] ?? '';
      if (!(name in namespace)) throw this.#errors.missingExport(specifier, name);
    }
    return namespace;
  }

  /** Runs the file of an execution as a module: what it exports as default is the result. */
  async #entry(url: string): Promise<unknown> {
    this.beginScript('', '');
    this.#current = url;
    const record = this.#store.find('import', '', url, '');
    const namespace = await this.#linker.import(record);
    return this.#p.getOwnPropertyDescriptor(namespace, 'default')?.value;
  }

  /** What the script assigned to `module.exports`, in an array; undefined when it did not. */
  #exported(url: string): unknown[] | undefined {
    const exports = this.#modules[url]?.exports;
    if (exports === undefined) return undefined;
    const isTouched = typeof exports !== 'object' || exports === null || this.#p.ownKeys(exports).length > 0;
    return isTouched ? [exports] : undefined;
  }

  /** `with: { type: "json" }` → "json". */
  #typeOf(options: unknown): string {
    if (options === undefined) return '';
    const attributes = (options as { with?: Record<string, unknown> | undefined }).with;
    if (attributes === undefined) return '';
    const keys = this.#p.ownKeys(attributes);
    let type = '';
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? '';
      if (key !== 'type') {
        const message = `Import attribute "${key as string}" is not supported`;
        throw this.#errors.make({ name: 'TypeError', code: 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED', message });
      }
      type = `${attributes['type'] as string}`;
    }
    return type;
  }

  #moduleOf(url: string): CommonJsModule | undefined {
    const path = this.#paths[url];
    if (path === undefined) return undefined;
    const entry = {
      url,
      path,
      format: 'commonjs',
      code: undefined,
      imports: [],
      names: [],
      usesImport: false,
    } as const;
    const record = { entry } as unknown as ModuleRecord;
    return (this.#modules[url] ??= this.#commonJs.newModule(record, undefined));
  }

  /** The session has the host module `http`. */
  defineFetch(): void {
    this.#lazy('fetch', 'vm:http');
    this.#lazy('Headers', 'vm:http');
    this.#lazy('Request', 'vm:http');
    this.#lazy('Response', 'vm:http');
  }

  /** Programs use it without asking for its module, which is loaded when they do. */
  #lazy(key: string, specifier: string): void {
    this.#global(key, () => {
      if (!this.#store.isInUse) return undefined;
      const exports = this.#commonJs.load(this.#store.find('require', '', specifier, ''), undefined) as object;
      const value: unknown = this.#p.getOwnPropertyDescriptor(exports, key)?.value;
      this.#hidden(globalThis, key, { value, writable: true });
      return value;
    });
  }

  /** URL of the file whose code called us; empty for REPL input. */
  #caller(): string {
    const { Error } = this.#p;
    const target = { __proto__: null } as unknown as { stack?: unknown };
    const before = this.#p.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    const limit = this.#p.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    const temporary = { __proto__: null, configurable: true, writable: true };
    const prepare = (_: unknown, frames: Frame[]): string => this.#firstFile(frames);
    const canAsk =
      this.#p.defineProperty(Error, 'prepareStackTrace', { ...temporary, __proto__: null, value: prepare } as object) &&
      this.#p.defineProperty(Error, 'stackTraceLimit', { ...temporary, __proto__: null, value: 12 } as object);
    try {
      if (!canAsk) return this.#current;
      (Error as unknown as ErrorClass).captureStackTrace(target);
      return typeof target.stack === 'string' ? target.stack : this.#current;
    } finally {
      this.#restore(Error, 'prepareStackTrace', before);
      this.#restore(Error, 'stackTraceLimit', limit);
    }
  }

  #restore(target: object, key: string, before: PropertyDescriptor | undefined): void {
    if (before === undefined) this.#p.deleteProperty(target, key);
    else this.#p.defineProperty(target, key, before);
  }

  #firstFile(frames: Frame[]): string {
    // Ours are called vm-system:…
    for (let i = 0; i < frames.length; i++) {
      const name = frames[i]?.getScriptNameOrSourceURL?.();
      if (typeof name !== 'string' || name === '') continue;
      const isOurs = name[0] === 'v' && name[1] === 'm' && name[2] === '-' && name[9] === ':';
      if (!isOurs) return this.#paths[name] === undefined ? '' : name;
    }
    return this.#current;
  }

  /** A global that can be written to, as in Node, and then is an ordinary one. */
  #global(key: string, get: () => unknown): void {
    // Named by its key: the bundle has its own names for variables.
    const set = {
      set: (value: unknown): void => {
        this.#hidden(globalThis, key, { value, writable: true });
      },
    };
    this.#hidden(globalThis, key, { get, ...set });
  }

  #hidden(target: object, key: string, descriptor: PropertyDescriptor): void {
    this.#p.defineProperty(target, key, { ...descriptor, __proto__: null, configurable: true } as PropertyDescriptor);
  }
}
