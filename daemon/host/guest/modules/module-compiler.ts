import type { Context, Isolate, Module } from 'isolated-vm';
import type { EvaluationGuard } from './evaluation-guard.ts';
import type { Intrinsics } from './intrinsics.ts';
import type { LoadErrors } from './load-errors.ts';
import type { ImportFunction } from './module-functions.ts';
import type { ModuleRecord } from './module-record.ts';
import type { ModuleStore } from './module-store.ts';

/** Compiles ES modules and connects them. */
export class ModuleCompiler {
  readonly #p: Intrinsics;
  readonly #isolate: Isolate;
  readonly #context: Context;
  readonly #store: ModuleStore;
  readonly #errors: LoadErrors;
  readonly #guard: EvaluationGuard;
  readonly #records: WeakMap<Module, ModuleRecord>;
  readonly #importOf: (record: ModuleRecord) => ImportFunction;
  readonly #load: (record: ModuleRecord) => unknown;
  /** The specifier by which a text gets its own `import`; no guest can guess it. */
  readonly #importName: string;
  readonly #imports: WeakMap<ModuleRecord, Module>;

  constructor(
    p: Intrinsics,
    isolate: Isolate,
    context: Context,
    store: ModuleStore,
    errors: LoadErrors,
    guard: EvaluationGuard,
    importOf: (record: ModuleRecord) => ImportFunction,
    load: (record: ModuleRecord) => unknown,
  ) {
    this.#p = p;
    this.#isolate = isolate;
    this.#context = context;
    this.#store = store;
    this.#errors = errors;
    this.#guard = guard;
    this.#records = new p.WeakMap<Module, ModuleRecord>();
    this.#imports = new p.WeakMap<ModuleRecord, Module>();
    this.#importOf = importOf;
    this.#load = load;
    this.#importName = `${guard.name}:import`;
  }

  /** Makes a record ready to be evaluated: compiles what is not compiled yet and connects it. Throws SyntaxErrors. */
  link(record: ModuleRecord): void {
    // isolated-vm dies when it is asked to evaluate what was connected only as an import of something else.
    if (record.isRoot) return;
    const added = this.#p.list<ModuleRecord>();
    if (record.state === 'new') this.#compileGraph(record, added);
    try {
      record.handle?.instantiateSync(this.#context, (specifier, importer) => this.#resolve(specifier, importer));
      record.isRoot = true;
    } catch (error) {
      // isolated-vm connects none of these any more; they may be without fault, and asked for by something else.
      for (let i = 0; i < added.length; i++) {
        const each = added[i];
        if (each?.state === 'new') each.handle = undefined;
      }
      throw this.#errors.linkError(error, added);
    }
    for (let i = 0; i < added.length; i++) {
      const each = added[i];
      if (each?.state === 'new') each.state = 'linked';
    }
  }

  /** The record and all that it imports, each once. */
  graphOf(record: ModuleRecord): ModuleRecord[] {
    const graph = this.#p.list<ModuleRecord>();
    const seen = new this.#p.WeakSet<ModuleRecord>();
    graph[0] = record;
    this.#p.weakAdd(seen, record);
    for (let i = 0; i < graph.length; i++) {
      const { imports } = (graph[i] ?? record).entry;
      for (let k = 0; k < imports.length; k++) {
        const imported = this.#store.get(imports[k]?.[1] ?? '');
        if (imported === undefined || this.#p.weakHas(seen, imported)) continue;
        this.#p.weakAdd(seen, imported);
        graph[graph.length] = imported;
      }
    }
    return graph;
  }

  /** A module that does nothing but import another, which has failed. */
  compileProbe(failed: Module): Module {
    const probe = this.#compileText('import "failed"', 'vm-system:probe', 0);
    probe.instantiateSync(this.#context, () => failed);
    return probe;
  }

  #compileGraph(root: ModuleRecord, added: ModuleRecord[]): void {
    const graph = this.graphOf(root);
    for (let i = 0; i < graph.length; i++) {
      const record = graph[i];
      if (record?.state !== 'new') continue;
      added[added.length] = record;
      record.handle ??= this.#compile(record);
      const { imports } = record.entry;
      for (let k = 0; k < imports.length; k++) {
        const importers = this.#store.get(imports[k]?.[1] ?? '')?.importers;
        if (importers !== undefined) importers[importers.length] = record;
      }
    }
  }

  #compile(record: ModuleRecord): Module {
    const { id, entry } = record;
    const isModule = entry.format === 'module';
    const text = isModule ? this.#textOf(record) : this.#faceOf(record);
    const url = isModule ? entry.url : `vm-system:face:${entry.url}`;
    const handle = this.#compileText(this.#guard.wrap(id, text), url, -1);
    this.#p.weakSet(this.#records, handle, record);
    return handle;
  }

  #textOf(record: ModuleRecord): string {
    const code = this.#store.takeCode(record);
    return record.entry.usesImport ? `${code}\nimport{i as \u012dmport}from"${this.#importName}"` : code;
  }

  /** What ES modules see of CommonJS, JSON and built-ins: `default`, and the names that are known before it runs. */
  #faceOf(record: ModuleRecord): string {
    const { id, entry } = record;
    if (entry.isOurs) entry.names = this.#namesOf(record);
    const { names } = entry;
    let values = '';
    let exports = '\u012dv0 as default';
    for (let i = 0; i < names.length; i++) {
      values += `,\u012dv${i + 1}=\u012dv[${i + 1}]`;
      exports += `,\u012dv${i + 1} as ${this.#p.quote(names[i] ?? '')}`;
    }
    return `import{c as \u012dc}from"${this.#guard.name}";const \u012dv=\u012dc(${id}),\u012dv0=\u012dv[0]${values};export{${exports}}`;
  }

  #namesOf(record: ModuleRecord): string[] {
    const names = this.#p.list<string>();
    const exports = this.#load(record);
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return names;
    const keys = this.#p.ownKeys(exports);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const isBound = typeof exports === 'function' && (key === 'name' || key === 'length' || key === 'prototype');
      if (typeof key === 'string' && key !== 'default' && !isBound) names[names.length] = key;
    }
    return names;
  }

  #compileText(text: string, filename: string, lineOffset: number): Module {
    try {
      return this.#isolate.compileModuleSync(text, { __proto__: null, filename, lineOffset } as object);
    } catch (error) {
      throw this.#errors.syntaxError(error);
    }
  }

  #resolve(specifier: string, importer: Module): Module {
    if (specifier === this.#guard.name) return this.#guard.module;
    const record = this.#p.weakGet(this.#records, importer);
    if (record === undefined) throw new this.#p.Error('Unknown importer');
    if (specifier === this.#importName) return this.#importModule(record);
    const { imports } = record.entry;
    for (let i = 0; i < imports.length; i++) {
      if (imports[i]?.[0] !== specifier) continue;
      const handle = this.#store.get(imports[i]?.[1] ?? '')?.handle;
      if (handle !== undefined) return handle;
    }
    const message = `Cannot find module '${specifier}' imported from ${this.#errors.short(record.entry.url)}`;
    throw this.#errors.make({ name: 'Error', code: 'ERR_MODULE_NOT_FOUND', message });
  }

  /** A module that exports this one record's `import`. */
  #importModule(record: ModuleRecord): Module {
    const made = this.#p.weakGet(this.#imports, record);
    if (made !== undefined) return made;
    const module = this.#compileText('export let i;export function s(v){i??=v}', this.#importName, 0);
    module.instantiateSync(this.#context, () => module);
    module.evaluateSync();
    (module.namespace.deref() as { s: (value: ImportFunction) => void }).s(this.#importOf(record));
    this.#p.weakSet(this.#imports, record, module);
    return module;
  }
}
