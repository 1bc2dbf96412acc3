import type { Reference } from 'isolated-vm';
import type { CommonJsModule, ImportFunction, Require, Wrapper } from './module-functions.ts';
import type { EvaluationGuard } from './evaluation-guard.ts';
import type { Intrinsics } from './intrinsics.ts';
import type { LoadErrors } from './load-errors.ts';
import type { CompiledAhead, Failure, ModuleRecord } from './module-record.ts';
import type { AskHost, ModuleStore } from './module-store.ts';

/** What CommonJS needs of its neighbours. */
export type CommonJsParts = {
  p: Intrinsics;
  ask: AskHost;
  store: ModuleStore;
  errors: LoadErrors;
  importOf: (record: ModuleRecord) => ImportFunction;
  importNow: (record: ModuleRecord) => object;
};

/** `require`: runs CommonJS and JSON, and hands ES modules over. */
export class CommonJs {
  readonly #parts: CommonJsParts;
  /** Node's `require.cache`, by file name: what a program deletes from it is loaded anew. */
  readonly cache = { __proto__: null } as unknown as Record<string, CommonJsModule | undefined>;
  /** Compiled before they were asked for, by URL. */
  readonly #compiled = { __proto__: null } as unknown as Record<string, Reference<Wrapper> | undefined>;
  /** The module of the file that is run as a script. */
  main: CommonJsModule | undefined;
  /** Of all their `require`s: made once, since there may be hundreds. */
  readonly #visibleCache: PropertyDescriptor;
  readonly #visibleMain: PropertyDescriptor;

  constructor(parts: CommonJsParts) {
    this.#parts = parts;
    this.#visibleCache = visible(this.cache);
    this.#visibleMain = { __proto__: null, get: () => this.main, enumerable: true, configurable: true } as object;
  }

  /** The function that a file sees; `referrer` is its URL. */
  requireOf(referrer: () => string, parent: CommonJsModule | undefined): Require {
    const { p, store } = this.#parts;
    // Named by these keys: the bundle has its own names for variables.
    const { require, resolve } = {
      require: ((specifier: unknown) =>
        this.load(store.find('require', referrer(), this.#check(specifier), ''), parent)) as Require,
      resolve: (specifier: unknown): string => store.resolveNow('require', referrer(), this.#check(specifier)),
    };
    p.defineProperty(require, 'resolve', visible(resolve));
    p.defineProperty(require, 'cache', this.#visibleCache);
    p.defineProperty(require, 'main', this.#visibleMain);
    return require;
  }

  #check(specifier: unknown): string {
    if (typeof specifier === 'string' && specifier !== '') return specifier;
    const message = `The argument of require() must be a string that is not empty`;
    throw this.#parts.errors.make({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message });
  }

  /** The value that `require` returns for a module. */
  load(record: ModuleRecord, parent: CommonJsModule | undefined): unknown {
    const { entry } = record;
    if (entry.format === 'module') return this.#fromModule(this.#parts.importNow(record));
    const key = this.#keyOf(record);
    const loaded = this.cache[key];
    if (loaded !== undefined) return loaded.exports;
    const module = this.newModule(record, parent);
    this.cache[key] = module;
    let ok = false;
    try {
      if (entry.format === 'json') module.exports = this.#parseJson(record);
      else this.#run(record, module);
      module.loaded = true;
      ok = true;
    } finally {
      if (!ok) delete this.cache[key];
    }
    return module.exports;
  }

  /** Modules that were compiled before anybody has asked. */
  keep(compiled: readonly CompiledAhead[]): void {
    for (let i = 0; i < compiled.length; i++) {
      const each = compiled[i];
      if (each !== undefined) this.#compiled[each[0]] = each[1];
    }
  }

  /** Whether its code has begun and not ended. */
  isHalfRun(record: ModuleRecord): boolean {
    return this.cache[this.#keyOf(record)]?.loaded === false;
  }

  forget(record: ModuleRecord): void {
    delete this.cache[this.#keyOf(record)];
    delete this.#compiled[record.entry.url];
  }

  #keyOf({ entry: { path, url } }: ModuleRecord): string {
    return path === '' ? url : path;
  }

  /** What a face gives to ES modules: the exports as `default`, then the values of its names. */
  exportsOf(record: ModuleRecord, guard: EvaluationGuard): unknown[] {
    const { p } = this.#parts;
    const values = p.list();
    try {
      const exports = this.load(record, undefined);
      const isObject = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
      const hasDefault = record.entry.isLibrary === true && isObject && p.get(exports, '__esModule') === true;
      values[0] =
        hasDefault && p.getOwnPropertyDescriptor(exports, 'default') !== undefined
          ? p.get(exports, 'default')
          : exports;
      for (let i = 0; i < record.entry.names.length; i++) {
        const name = record.entry.names[i] ?? '';
        values[i + 1] = name === 'module.exports' ? exports : isObject ? p.get(exports, name) : undefined;
      }
      return values;
    } catch (error) {
      guard.fail(record, { __proto__: null, known: true, error } as unknown as Failure);
      throw error;
    }
  }

  newModule({ entry }: ModuleRecord, parent: CommonJsModule | undefined): CommonJsModule {
    const { path, url } = entry;
    const id = path === '' ? url : path;
    const module: CommonJsModule = {
      id, path: this.folderOf(path), exports: {}, filename: id, loaded: false, children: [], paths: [], parent,
      require: undefined as unknown as Require,
    }; // prettier-ignore
    module.require = this.requireOf(() => url, module);
    return module;
  }

  /** What `__dirname` is beside a file name. */
  folderOf(path: string): string {
    let end = path.length - 1;
    while (end > 0 && path[end] !== '/' && path[end] !== '\\') end--;
    return end > 0 ? this.#parts.p.slice(path, 0, end) : '';
  }

  #run(record: ModuleRecord, module: CommonJsModule): void {
    const { p, importOf } = this.#parts;
    const { wrapper, internals } = this.#compile(record);
    const importFunction = record.entry.usesImport ? importOf(record) : undefined;
    const args = [module.exports, module.require, module, module.filename, module.path, importFunction, internals];
    p.apply(wrapper, module.exports, args);
  }

  #compile({ entry: { url } }: ModuleRecord): { wrapper: Wrapper; internals: unknown } {
    const release = { __proto__: null, release: true } as object;
    const ready = this.#compiled[url];
    delete this.#compiled[url];
    if (ready !== undefined) return { wrapper: ready.deref(release), internals: undefined };
    // The host compiles: scripts of a strict session are strict by a flag of V8's that must not reach packages.
    const { wrapper, internals, failure, ahead } = this.#parts.ask.compile(url);
    if (wrapper === undefined) throw this.#parts.errors.make(failure ?? { name: 'Error', code: '', message: '' });
    if (ahead !== undefined) this.keep(ahead);
    return { wrapper: wrapper.deref(release), internals: internals?.deref(release) };
  }

  #parseJson(record: ModuleRecord): unknown {
    const { p, store, errors } = this.#parts;
    const text = store.takeCode(record);
    try {
      return p.parseJson(text);
    } catch (error) {
      const message = `${errors.short(record.entry.url)}: ${(error as Error).message}`;
      throw errors.make({ name: 'SyntaxError', code: 'ERR_INVALID_JSON', message });
    }
  }

  /** Node's rule: an export named "module.exports" stands for the module, else it is the namespace. */
  #fromModule(namespace: object): unknown {
    const descriptor = this.#parts.p.getOwnPropertyDescriptor(namespace, 'module.exports');
    return descriptor === undefined ? namespace : descriptor.value;
  }
}

/** A property that programs see and may change. */
function visible(value: unknown): PropertyDescriptor {
  return { __proto__: null, value, writable: true, enumerable: true, configurable: true } as object;
}
