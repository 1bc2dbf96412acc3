import { fileURLToPath, pathToFileURL } from 'node:url';
import ivm from 'isolated-vm';
import type { ModuleFile } from '../../../shared/ipc/module-messages.ts';
import type { GuestLibraries } from '../guest-libraries.ts';
import { GUEST_SCRIPT_NAME } from '../guest-snapshot.ts';
import { randomBytes } from '../random-bytes.ts';
import type { GuestModules as GuestFunctions } from '../guest/modules/install-modules.ts';
import type { Answer, Compiled, Question } from '../guest/modules/module-record.ts';
import { LoadFailure, LoadStopped } from './load-failure.ts';
import type { ModuleHost } from './module-host.ts';
import { isOurs, syntaxFailure, WrapperCompiler } from './wrapper-compiler.ts';

/** A failed module's error comes to light with the isolate's next task or the one after; more are for races. */
const MAX_PROBES = 5;
const NO_LIBRARIES: ReadonlySet<string> = new Set();
const NOTHING: Answer = { dropped: [], entries: [], names: [], links: [], compiled: [], url: '', path: '' };

/** Fetched at the start: asking a busy isolate for anything would make this thread wait for it. */
type Functions = Record<keyof GuestFunctions, ivm.Reference<(...args: unknown[]) => unknown>>;

/** The session that an isolate was given to. */
export type ModuleSession = {
  host: ModuleHost;
  /** Real path of the worktree. */
  root: string;
  hasFetch: boolean;
  /** Whether scripts are compiled as strict by a flag of V8's. Modules are what they say they are. */
  strict: boolean;
};

/** Modules in a guest's isolate: `require`, `import()` and ES modules, with the host's answers behind them. */
export class GuestModules {
  readonly #context: ivm.Context;
  readonly #turns = new Int32Array(new SharedArrayBuffer(4));
  readonly #functions: Functions;
  readonly #compiler: WrapperCompiler;
  #session: ModuleSession | undefined;
  /** Questions that the guest waits for. */
  #waits = 0;
  #stop = Promise.withResolvers<undefined>();
  /** Nothing may be run in the isolate meanwhile: the guest does not wait any more, and this thread would wait for it. */
  #isStopped = false;
  /** Told of promises that were rejected unhandled and that came to light here. */
  onRejected: (reason: unknown) => void = () => undefined;
  /** Those of the session, if it has any. */
  libraries: GuestLibraries | undefined;
  /** What the texts of built-ins see as `internals`. */
  builtInTools: () => ivm.Reference | undefined = () => undefined;

  /** Puts modules into a context in which no guest code has run yet. Nothing can be loaded before `attach`. */
  constructor(isolate: ivm.Isolate, context: ivm.Context) {
    this.#context = context;
    this.#compiler = new WrapperCompiler(isolate, context);
    const ask = new ivm.Reference((...question: [Question, string, string, string]) => this.#ask(...question));
    const secret = `vm-system:${randomBytes(12).toString('hex')}`;
    const argument = new ivm.ExternalCopy({ isolate, context, ask, turns: this.#turns, secret });
    const functions = context.evalClosureSync(
      'return globalThis.__vmSystemConnectModules($0)',
      [argument.copyInto({ release: true })],
      {
        filename: GUEST_SCRIPT_NAME,
        result: { reference: true },
      },
    ) as unknown as ivm.Reference<Record<string, unknown>>;
    const get = (name: keyof GuestFunctions): Functions[typeof name] =>
      functions.getSync(name, { reference: true }) as Functions[typeof name];
    this.#functions = {
      enter: get('enter'),
      probe: get('probe'),
      giveUp: get('giveUp'),
      reset: get('reset'),
      beginScript: get('beginScript'),
    };
  }

  get #isStrict(): boolean {
    return this.#session?.strict === true;
  }

  get libraryNames(): ReadonlySet<string> {
    return this.libraries?.names ?? NO_LIBRARIES;
  }

  attach(session: ModuleSession): void {
    this.#session = session;
    this.#tell('enter', `${pathToFileURL(session.root).href}/`, session.hasFetch);
  }

  /** An execution begins: its first import looks at all files again. */
  begin(): void {
    this.#start();
    this.#compiler.forgetEarly();
    this.#session?.host.begin();
    this.#turns[0] = (this.#turns[0] ?? 0) + 1;
  }

  /** Part of an answer of the daemon's. While it reads on, what has come is made ready to run. */
  prepare(files: readonly ModuleFile[]): void {
    this.#compiler.note(files);
    if (this.#waits > 0 && !this.#isStopped) this.#compiler.compileEarly(this.#isStrict);
  }

  /** The execution runs this file as a script. */
  async beginScript(url: string): Promise<void> {
    await this.#call('beginScript', url, fileURLToPath(url));
  }

  /** What waits for a module waits no longer. For a guest that is being interrupted: call `reset` when it rests. */
  stop(): void {
    this.#isStopped = true;
    this.#session?.host.stop();
    this.#stop.resolve(undefined);
  }

  /** After an interrupt, before anything else runs: what it left half loaded is forgotten. */
  async reset(): Promise<void> {
    this.#start();
    const known: unknown = await this.#call('reset').catch(() => undefined);
    if (typeof known === 'string') this.#session?.host.reconcile(new Set(known.split('\n')));
  }

  #start(): void {
    this.#isStopped = false;
    this.#stop = Promise.withResolvers<undefined>();
  }

  async #ask(question: Question, url: string, specifier: string, extra: string): Promise<unknown> {
    if (question === 'probe') {
      void this.#probe(url);
      return undefined;
    }
    this.#waits++;
    if (!this.#isStopped) this.#compiler.compileEarly(this.#isStrict);
    // An error of ours would tell the guest where we live.
    const answering = this.#answer(question, url, specifier, extra).catch(brokenAnswer);
    const answer = await Promise.race([answering, this.#stop.promise]);
    this.#waits--;
    return answer === undefined ? undefined : new ivm.ExternalCopy(answer).copyInto({ release: true });
  }

  async #answer(
    question: Exclude<Question, 'probe'>,
    url: string,
    specifier: string,
    extra: string,
  ): Promise<Answer | Compiled | undefined> {
    if (question === 'probe_now') return this.#finishTask();
    if (question === 'compile') return this.#compile(url);
    const host = this.#session?.host;
    const answer = await host?.answer(question, url, specifier, extra);
    if (host === undefined || answer === undefined || this.#isStopped) return undefined;
    return { ...answer, compiled: this.#compiler.takeEarly(answer.entries, (file) => host.takeCompiled(file)) };
  }

  /** A task that ends while the guest waits in another: it brings rejections to light that the other has caused. */
  #finishTask(): Answer {
    if (this.#isStopped) return NOTHING;
    try {
      this.#context.evalSync('0', { timeout: 100 });
    } catch {
      // That is the rejection, which the guest has seen by now.
    }
    return NOTHING;
  }

  async #probe(url: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_PROBES; attempt++) {
      const isDone: unknown = await this.#call('probe', url).catch((reason: unknown) => {
        if (!isModuleFailure(reason)) this.onRejected(reason);
        return false;
      });
      if (isDone === true) return;
    }
    await this.#call('giveUp', url).catch(() => undefined);
  }

  async #compile(url: string): Promise<Compiled | undefined> {
    try {
      const code = await this.#session?.host.textOf(url);
      if (code === undefined || this.#isStopped) return undefined;
      const internals = this.#internalsOf(url);
      const strict = this.#isStrict;
      const wrapper = this.#compiler.compile(url, code, strict);
      const ahead = this.#compiler.compileAll(this.#session?.host.compiledAhead(url) ?? [], strict);
      return { wrapper, internals, ahead };
    } catch (error) {
      if (error instanceof LoadStopped) return undefined;
      if (error instanceof LoadFailure) return { failure: error.failure };
      return { failure: syntaxFailure(error, this.#session?.root ?? '') };
    }
  }

  #internalsOf(url: string): ivm.Reference | undefined {
    if (url.startsWith('library:')) return this.libraries?.exportsOf;
    return isOurs(url) ? this.builtInTools() : undefined;
  }

  #tell(name: keyof GuestFunctions, ...args: unknown[]): void {
    this.#functions[name].applyIgnored(undefined, args as string[]);
  }

  #call(name: keyof GuestFunctions, ...args: unknown[]): Promise<unknown> {
    return this.#functions[name].apply(undefined, args as string[]);
  }
}

function brokenAnswer(): Answer {
  const failure = { name: 'Error', code: 'ERR_LOAD_FAILED', message: 'The host could not load the module' } as const;
  return { ...NOTHING, failure };
}

/** A rejection of ours: by it the guest has learned why a module failed, and nobody else is to hear of it. */
export function isModuleFailure(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'ModuleFailure';
}
