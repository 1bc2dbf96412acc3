import type { Module, Reference } from 'isolated-vm';
import type { Wrapper } from './module-functions.ts';

/**
 * Where a record stands. `linked`: compiled and connected to its imports. `evaluating`: V8 has its graph in hand in this
 * very call. `waiting`: it, or what it imports, awaits something. The last two are final until the file changes.
 */
export type ModuleState = 'new' | 'linked' | 'evaluating' | 'waiting' | 'evaluated' | 'failed';

/** Why a record failed; shared by all that import it. The error becomes known a moment after the failure. */
export type Failure = { known: boolean; error: unknown };

/** What the host tells about a module, in the form in which it crosses into the isolate. */
export type ModuleEntry = {
  /** file:// URL, or `node:NAME` of a built-in. */
  url: string;
  /** What `__filename` is; empty for built-ins. */
  path: string;
  format: 'module' | 'commonjs' | 'json';
  /** Only of ES modules and JSON, and undefined once it was compiled. */
  code: string | undefined;
  /** Static imports of an ES module: specifier and URL, in the order of the text. */
  imports: [specifier: string, url: string][];
  /** Export names that a CommonJS text assigns, for ES modules that import it: none before one does. */
  names: string[];
  /** Whether the text mentions import.meta or import(), or may: of CommonJS it is not known exactly. */
  usesImport: boolean;
  /** Its names are known only by running it, which has no effects: it is one of ours. */
  isOurs: boolean;
  /** It was made one file of, maybe from ES modules: `default` is what it says, where it says so. */
  isLibrary?: true;
};

/** One module of the session, as the isolate keeps it. */
export type ModuleRecord = {
  readonly id: number;
  readonly entry: ModuleEntry;
  /** The ES module itself, or the face that CommonJS and JSON show to ES modules. */
  handle: Module | undefined;
  namespace: object | undefined;
  /** Whether V8 was asked to connect this very module, and not only others that import it. */
  isRoot: boolean;
  state: ModuleState;
  failure: Failure | undefined;
  /** ES modules that import this one statically. */
  importers: ModuleRecord[];
  /** Called once when the state has become final and, after a failure, the error is known. */
  waiting: (() => void)[];
};

/** A CommonJS module that was compiled before the guest has asked for that. */
export type CompiledAhead = [url: string, wrapper: Reference<Wrapper>];

/** The host's answer to a question of the guest's. */
export type Answer = {
  /** URLs of modules that are no longer what they were. */
  dropped: string[];
  entries: ModuleEntry[];
  /** Export names of CommonJS modules, from now on. */
  names: [url: string, names: string[]][];
  /** What the files among the entries seem to require: it is here already. */
  links: [referrer: string, specifier: string, url: string][];
  /** Those of the entries that are CommonJS and compiled already. */
  compiled: CompiledAhead[];
  /** What the specifier means, unless it failed. */
  url: string;
  /** The same as a path, or a built-in's name. */
  path: string;
  failure?: { name: 'Error' | 'SyntaxError' | 'TypeError'; code: string; message: string };
};

/** The host's answer to `compile`. */
export type Compiled = {
  wrapper?: Reference<Wrapper>;
  /** Only for built-ins. */
  internals?: Reference | undefined;
  /** Modules that it seems to require, by URL. */
  ahead?: CompiledAhead[];
  failure?: NonNullable<Answer['failure']>;
};

/** Questions of the guest's linker to the host. */
export type Question =
  /** Which module is this? Answered with everything that has to be linked with it. */
  | 'import'
  | 'require'
  /** Only where it is; for require.resolve and import.meta.resolve. */
  | 'resolve'
  /** The text of a module that had been handed over before. */
  | 'again'
  /** Compile a CommonJS module. */
  | 'compile'
  /** A failure's error must be brought to light: later, or at once while the guest waits. */
  | 'probe'
  | 'probe_now';
