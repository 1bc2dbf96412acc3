import type ivm from 'isolated-vm';
import { setFlagsFromString } from 'node:v8';
import type { SessionLibrary } from '../../shared/ipc/session-library.ts';
import { makeLibraries, type GuestLibraryFunctions } from './guest/libraries.ts';

/** A library that computes for longer than this before it is of any use is broken. */
const LOAD_TIMEOUT_MS = 5000;

/** A library threw, looped or ran out of memory while it was loaded; the message names it. */
export class LibraryFailure extends Error {
  override readonly name = 'LibraryFailure';
}

/** The libraries of a session, evaluated in its context: each once, for its global and for whoever imports it. */
export class GuestLibraries {
  readonly #functions: ivm.Reference<GuestLibraryFunctions>;
  /** What they are imported by. */
  readonly names = new Set<string>();

  private constructor(functions: ivm.Reference<GuestLibraryFunctions>) {
    this.#functions = functions;
  }

  /**
   * Evaluates libraries in their order, before any other code of the guest. Throws LibraryFailure.
   * @param strict whether V8 was told to take every script as strict; that is for the guest's own, not for packages
   */
  static async load(
    isolate: ivm.Isolate,
    context: ivm.Context,
    libraries: readonly SessionLibrary[],
    strict: boolean,
  ): Promise<GuestLibraries> {
    const functions = context.evalClosureSync(`return (${makeLibraries.toString()})()`, [], {
      result: { reference: true },
      filename: 'vm-system:libraries',
    }) as unknown as ivm.Reference<GuestLibraryFunctions>;
    const loaded = new GuestLibraries(functions);
    for (const library of libraries) await loaded.#evaluate(isolate, context, library, strict);
    await functions.getSync('open', { reference: true }).apply(undefined, []);
    return loaded;
  }

  /** In the guest: `(name) => exports`. */
  get exportsOf(): ivm.Reference<GuestLibraryFunctions['exportsOf']> {
    return this.#functions.getSync('exportsOf', { reference: true });
  }

  async #evaluate(isolate: ivm.Isolate, context: ivm.Context, library: SessionLibrary, strict: boolean): Promise<void> {
    const { name, version, global = '' } = library;
    try {
      const wrapper = compile(isolate, context, library, strict);
      await this.#functions
        .getSync('evaluate', { reference: true })
        .apply(undefined, [name, global, wrapper.derefInto()], {
          timeout: LOAD_TIMEOUT_MS,
        });
      wrapper.release();
      this.names.add(name);
    } catch (error) {
      throw new LibraryFailure(
        `failed to load libraries: ${name}@${version}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function compile(
  isolate: ivm.Isolate,
  context: ivm.Context,
  { name, version, source }: SessionLibrary,
  strict: boolean,
): ivm.Reference {
  // The flag is the process's: nothing else is compiled on this thread meanwhile.
  if (strict) setFlagsFromString('--no-use-strict');
  try {
    const script = isolate.compileScriptSync(source, { filename: `library:${name}@${version}` });
    return script.runSync(context, { reference: true });
  } finally {
    if (strict) setFlagsFromString('--use-strict');
  }
}
