import type { Context, Isolate, Reference } from 'isolated-vm';
import type { CommonJs } from './common-js.ts';
import type { EvaluationGuard } from './evaluation-guard.ts';
import type { Intrinsics } from './intrinsics.ts';
import type { LoadErrors } from './load-errors.ts';
import type { ModuleCompiler } from './module-compiler.ts';
import type { ImportFunction } from './module-functions.ts';
import type { ModuleLinker } from './module-linker.ts';
import type { Answer, Compiled, ModuleRecord, Question } from './module-record.ts';
import type { AskHost, ModuleStore } from './module-store.ts';
import type { ScriptScope } from './script-scope.ts';

/** The classes of this folder, as they exist in the isolate. */
export type GuestParts = {
  p: Intrinsics;
  CommonJs: typeof CommonJs;
  EvaluationGuard: typeof EvaluationGuard;
  LoadErrors: typeof LoadErrors;
  ModuleCompiler: typeof ModuleCompiler;
  ModuleLinker: typeof ModuleLinker;
  ModuleStore: typeof ModuleStore;
  ScriptScope: typeof ScriptScope;
};

/** What the host hands in. The handles must never reach guest code: whoever has one has the whole isolate. */
export type GuestOptions = {
  isolate: Isolate;
  context: Context;
  ask: Reference<(question: Question, url: string, specifier: string, extra: string) => Promise<unknown>>;
  /** [0] counts executions. */
  turns: Int32Array;
  /** What the specifiers of our own modules begin with; unguessable. */
  secret: string;
};

/** What the host may call. */
export type GuestModules = {
  /** file:// URL of the worktree, with a slash at the end; and whether the session has a `fetch`. */
  enter(root: string, hasFetch: boolean): void;
  /** True when there is nothing (left) to be brought to light. */
  probe(url: string): boolean;
  giveUp(url: string): void;
  /** After an interrupt. Returns the URLs of the modules that are left, a line each. */
  reset(): string;
  /** The file that is run as a script from here on; empty for REPL input. */
  beginScript(url: string, path: string): void;
};

/** Puts modules into the guest's realm: `require` and its companions, and what `import()` was rewritten to. */
export function installModules(parts: GuestParts, options: GuestOptions): GuestModules {
  const { p } = parts;
  const { isolate, context, turns, secret } = options;
  const reference = options.ask;
  const wait = (question: Question, url: string, specifier: string, extra: string): Answer | Compiled => {
    const answer: unknown = reference.applySyncPromise(undefined, [question, url, specifier, extra]);
    if (answer !== undefined) return answer as Answer | Compiled;
    // The execution is being stopped, and V8 ends this loop at the next turn.
    for (;;);
  };
  const ask: AskHost = {
    probe: (url) => {
      reference.applyIgnored(undefined, ['probe', url, '', '']);
    },
    now: (question, url, specifier, extra) => wait(question, url, specifier, extra) as Answer,
    compile: (url) => wait('compile', url, '', ''),
  };
  const errors = new parts.LoadErrors(p);
  const store = new parts.ModuleStore(p, ask, errors, turns);
  const importOf = (record: ModuleRecord): ImportFunction => scope.importOf(record);
  const guard: EvaluationGuard = new parts.EvaluationGuard(
    p, isolate, context, secret, (record) => { linker.settle(record); }, (record) => commonJs.exportsOf(record, guard),
  ); // prettier-ignore
  store.guard = guard;
  const compiler = new parts.ModuleCompiler(p, isolate, context, store, errors, guard, importOf, (record) =>
    commonJs.load(record, undefined),
  );
  const linker = new parts.ModuleLinker(p, compiler, guard, errors, ask);
  const importNow = (record: ModuleRecord): object => linker.importNow(record);
  const commonJs = new parts.CommonJs({ p, ask, store, errors, importOf, importNow });
  store.onDropped = (record) => {
    commonJs.forget(record);
  };
  store.onCompiled = (compiled) => {
    commonJs.keep(compiled);
  };
  const scope = new parts.ScriptScope(p, store, linker, commonJs, errors);
  scope.defineGlobals();
  return {
    enter: (root, hasFetch) => {
      errors.root = root;
      if (hasFetch) scope.defineFetch();
    },
    probe: (url) => {
      const record = store.get(url);
      return record === undefined || linker.probe(record);
    },
    giveUp: (url) => {
      const record = store.get(url);
      if (record !== undefined) linker.giveUp(record);
    },
    reset: () => {
      store.forgetUnfinished((record) => commonJs.isHalfRun(record));
      linker.reset();
      return store.urls();
    },
    beginScript: (url, path) => {
      scope.beginScript(url, path);
    },
  };
}
