import type { Context, Isolate, Module } from 'isolated-vm';
import type { Intrinsics } from './intrinsics.ts';
import type { Failure, ModuleRecord } from './module-record.ts';

type Guard = { ok: boolean };

/**
 * Learns how the evaluation of each ES module ends. V8 tells it by a promise that isolated-vm keeps to itself, so
 * every module's text begins with `using ĭg = ĭe(ID)` and ends with `ĭg.ok = true`: leaving the module's body, now or
 * after an await, runs the guard's dispose. After a failure the dispose throws a token of ours, V8 wraps both into a
 * SuppressedError, and isolated-vm, when it copies that rejection for the host, reads the error's `name`. There the
 * guest's own error, untouched, comes to light.
 */
export class EvaluationGuard {
  readonly #p: Intrinsics;
  readonly #tokens: WeakMap<object, Failure>;
  readonly #records: (ModuleRecord | undefined)[];
  readonly #settled: (record: ModuleRecord) => void;
  /** The specifier of `module`: a name that no guest can guess. */
  readonly name: string;
  /** Exports `e`, the guards' maker, and `c`, which runs what stands behind a face. */
  readonly module: Module;

  constructor(
    p: Intrinsics,
    isolate: Isolate,
    context: Context,
    name: string,
    settled: (record: ModuleRecord) => void,
    exportsOf: (record: ModuleRecord) => unknown[],
  ) {
    this.#p = p;
    this.#tokens = new p.WeakMap<object, Failure>();
    this.#records = p.list();
    this.#settled = settled;
    this.#hookName();
    this.name = name;
    const text = 'export let e,c;export function s(a,b){e??=a;c??=b}';
    this.module = isolate.compileModuleSync(text, { __proto__: null, filename: 'vm-system:guard' } as object);
    this.module.instantiateSync(context, () => this.module);
    this.module.evaluateSync();
    const face = this.module.namespace.deref() as { s: (enter: unknown, exportsOf: unknown) => void };
    const records = this.#records;
    face.s(
      (id: number) => this.#enter(records[id]),
      (id: number) => {
        const record = records[id];
        return record === undefined ? undefined : exportsOf(record);
      },
    );
  }

  /** From here on the record's id stands for it in texts. */
  add(record: ModuleRecord): void {
    this.#records[record.id] = record;
  }

  remove(record: ModuleRecord): void {
    this.#records[record.id] = undefined;
  }

  /** The module's text with its guard around it. A line is put in front, so compile it with a lineOffset of -1. */
  wrap(id: number, text: string): string {
    // An import cannot be the continuation or the body of whatever the text ends with.
    return `using \u012dg=\u012de(${id});\n${text}\nimport{e as \u012de}from"${this.name}";\u012dg.ok=true`;
  }

  /** Marks the record and everything that waits for it as failed. Pass the error when it is known. */
  fail(record: ModuleRecord, failure: Failure): void {
    if (record.state === 'evaluated' || record.state === 'failed') return;
    record.state = 'failed';
    record.failure = failure;
    for (let i = 0; i < record.importers.length; i++) {
      const importer = record.importers[i];
      if (importer !== undefined) this.fail(importer, failure);
    }
    this.#settled(record);
  }

  #enter(record: ModuleRecord | undefined): object {
    const guard = { __proto__: null, ok: false } as unknown as Guard;
    this.#p.defineProperty(guard, this.#p.dispose, {
      __proto__: null,
      value: () => {
        if (record !== undefined) this.#left(record, guard.ok);
      },
    } as PropertyDescriptor);
    return guard;
  }

  #left(record: ModuleRecord, ok: boolean): void {
    if (ok) {
      if (record.state === 'failed') return;
      record.state = 'evaluated';
      this.#settled(record);
      return;
    }
    const token = { __proto__: null };
    // A face knows its error already; any other failure learns it from the SuppressedError.
    if (record.failure === undefined) this.fail(record, { __proto__: null, known: false, error: undefined } as Failure);
    if (record.failure !== undefined) this.#p.weakSet(this.#tokens, token, record.failure);
    throw token;
  }

  #hookName(): void {
    const reveal = (error: unknown): boolean => this.#reveal(error);
    const { defineProperty } = this.#p;
    defineProperty(this.#p.SuppressedErrorPrototype, 'name', {
      __proto__: null,
      configurable: true,
      get(this: unknown) {
        return reveal(this) ? 'ModuleFailure' : 'SuppressedError';
      },
      set(this: object, value: unknown) {
        defineProperty(this, 'name', {
          __proto__: null,
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        } as PropertyDescriptor);
      },
    } as PropertyDescriptor);
  }

  /** Takes the guest's error out of what V8 made of it and our token. */
  #reveal(wrapped: unknown): boolean {
    if (typeof wrapped !== 'object' || wrapped === null) return false;
    const token: unknown = this.#p.getOwnPropertyDescriptor(wrapped, 'error')?.value;
    const failure = typeof token === 'object' && token !== null ? this.#p.weakGet(this.#tokens, token) : undefined;
    if (failure === undefined) return false;
    if (failure.known) return true;
    failure.error = this.#p.getOwnPropertyDescriptor(wrapped, 'suppressed')?.value;
    failure.known = true;
    for (let i = 0; i < this.#records.length; i++) {
      const record = this.#records[i];
      if (record?.failure === failure) this.#settled(record);
    }
    return true;
  }
}
