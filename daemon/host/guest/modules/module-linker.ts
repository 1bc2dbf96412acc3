import type { EvaluationGuard } from './evaluation-guard.ts';
import type { Intrinsics } from './intrinsics.ts';
import type { LoadErrors } from './load-errors.ts';
import type { ModuleCompiler } from './module-compiler.ts';
import type { Failure, ModuleRecord } from './module-record.ts';
import type { AskHost } from './module-store.ts';

/** Has V8 evaluate ES modules, and tells how it went: later for `import`, at once for `require`. */
export class ModuleLinker {
  readonly #p: Intrinsics;
  readonly #compiler: ModuleCompiler;
  readonly #guard: EvaluationGuard;
  readonly #errors: LoadErrors;
  readonly #ask: AskHost;
  /** Evaluations on the stack, one inside the other by `require`. */
  #depth = 0;
  #postponed: (() => void)[];

  constructor(p: Intrinsics, compiler: ModuleCompiler, guard: EvaluationGuard, errors: LoadErrors, ask: AskHost) {
    this.#p = p;
    this.#compiler = compiler;
    this.#guard = guard;
    this.#errors = errors;
    this.#ask = ask;
    this.#postponed = p.list();
  }

  /** The module's namespace, once it is evaluated with all that it imports. */
  async import(record: ModuleRecord): Promise<object> {
    // V8 must not be asked to evaluate while it evaluates: not from here, but from where the stack is empty.
    // eslint-disable-next-line @typescript-eslint/await-thenable -- only the pause counts
    await undefined;
    while (this.#depth > 0) {
      await new this.#p.Promise<void>((resolve) => {
        this.#postponed[this.#postponed.length] = resolve;
      });
    }
    if (record.state === 'new' || record.state === 'linked') this.#evaluate(record);
    if (record.state === 'waiting' || record.failure?.known === false) {
      await new this.#p.Promise<void>((resolve) => {
        record.waiting[record.waiting.length] = resolve;
        this.settle(record);
      });
    }
    return this.#outcome(record);
  }

  /** As `import`, at once or not at all. */
  importNow(record: ModuleRecord): object {
    if (record.state === 'new' || record.state === 'linked') {
      this.#compiler.link(record);
      const graph = this.#compiler.graphOf(record);
      for (let i = 0; i < graph.length; i++) if (graph[i]?.state === 'evaluating') throw this.#cycle(record);
      this.#evaluate(record);
    }
    if (record.state === 'evaluating') throw this.#cycle(record);
    if (record.state === 'waiting') {
      const what = `require() of ${this.#errors.short(record.entry.url)}`;
      const message = `${what} cannot wait for its top-level await, or for one that it imports; use import() instead`;
      throw this.#errors.make({ name: 'Error', code: 'ERR_REQUIRE_ASYNC_MODULE', message });
    }
    for (let attempt = 0; attempt < 3 && record.failure?.known === false; attempt++) {
      if (attempt > 0) this.probe(record);
      this.#ask.now('probe_now', record.entry.url, '', '');
    }
    if (record.failure?.known === false) this.giveUp(record);
    return this.#outcome(record);
  }

  /** Has V8 reject once more with the error of a failed module, so that the guard can see it. True: no need to. */
  probe(record: ModuleRecord): boolean {
    if (record.failure?.known !== false || record.handle === undefined) return true;
    this.#compiler.compileProbe(record.handle).evaluateSync();
    return false;
  }

  /** Nothing brought the error to light; what waits for it must not wait for ever. */
  giveUp(record: ModuleRecord): void {
    const { failure } = record;
    if (failure?.known !== false) return;
    const message = `${this.#errors.short(record.entry.url)} threw while it was loaded`;
    failure.error = this.#errors.make({ name: 'Error', code: 'ERR_LOAD_FAILED', message });
    failure.known = true;
    this.settle(record);
  }

  /** Wakes what waits for a record, if it has come to its end. */
  settle(record: ModuleRecord): void {
    if (record.state !== 'evaluated' && record.state !== 'failed') return;
    if (record.waiting.length === 0) return;
    if (record.failure?.known === false) {
      this.#ask.probe(record.entry.url);
      return;
    }
    const { waiting } = record;
    record.waiting = this.#p.list();
    for (let i = 0; i < waiting.length; i++) waiting[i]?.();
  }

  /** After an interrupt, which runs no `finally`. To be called while no code of the guest's is on the stack. */
  reset(): void {
    this.#depth = 0;
    this.#wakePostponed();
  }

  #evaluate(record: ModuleRecord): void {
    this.#compiler.link(record);
    const graph = this.#compiler.graphOf(record);
    this.#move(graph, 'linked', 'evaluating');
    this.#depth++;
    try {
      record.handle?.evaluateSync();
    } finally {
      this.#depth--;
      if (record.state === 'evaluating') this.#failWith(record, graph);
      // What a failure kept from being reached can still be evaluated by another import.
      this.#move(graph, 'evaluating', record.failure === undefined ? 'waiting' : 'linked');
      if (this.#depth === 0) this.#wakePostponed();
    }
  }

  /** V8 does not run a module again that failed for an earlier import: its failure is this one's. */
  #failWith(record: ModuleRecord, graph: readonly ModuleRecord[]): void {
    let failure: Failure | undefined;
    for (let i = 0; i < graph.length; i++) failure ??= graph[i]?.failure;
    if (failure !== undefined) this.#guard.fail(record, failure);
  }

  #move(graph: readonly ModuleRecord[], from: ModuleRecord['state'], to: ModuleRecord['state']): void {
    for (let i = 0; i < graph.length; i++) {
      const record = graph[i];
      if (record?.state === from) record.state = to;
    }
  }

  #wakePostponed(): void {
    const postponed = this.#postponed;
    this.#postponed = this.#p.list();
    for (let i = 0; i < postponed.length; i++) postponed[i]?.();
  }

  #outcome(record: ModuleRecord): object {
    if (record.failure?.known === true) throw record.failure.error;
    if (record.namespace !== undefined) return record.namespace;
    if (record.state === 'evaluated' && record.handle !== undefined) {
      // isolated-vm gives the namespace only of what it was asked to evaluate, not of what that imports.
      this.#compiler.link(record);
      record.handle.evaluateSync();
      record.namespace = record.handle.namespace.deref() as object;
      return record.namespace;
    }
    const message = `${this.#errors.short(record.entry.url)} could not be loaded`;
    throw this.#errors.make({ name: 'Error', code: 'ERR_LOAD_FAILED', message });
  }

  #cycle(record: ModuleRecord): Error {
    const message = `Cannot require() ES module ${this.#errors.short(record.entry.url)} in a cycle`;
    return this.#errors.make({ name: 'Error', code: 'ERR_REQUIRE_CYCLE_MODULE', message });
  }
}
