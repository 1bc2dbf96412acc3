import { Script } from 'node:vm';

type CompiledLibrary = { source: string; code_cache: string };

/** Libraries that are kept compiled in memory; a daemon rarely has more in use. */
const KEPT = 32;

/**
 * Compiles libraries once for all sessions. Compiling runs nothing: V8 parses the text and its code cache holds what it
 * made of it. Hosts run the same V8, which takes the cache as its own (about a third off the time to load lodash).
 */
export class CodeCompiler {
  readonly #compiled = new Map<string, CompiledLibrary>();

  /** @param sha512 stands for the text */
  compile(sha512: string, text: string): CompiledLibrary {
    const known = this.#compiled.get(sha512);
    this.#compiled.delete(sha512);
    const compiled = known ?? compile(text);
    this.#compiled.set(sha512, compiled);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > KEPT && oldest !== undefined) this.#compiled.delete(oldest);
    return compiled;
  }
}

function compile(text: string): CompiledLibrary {
  // In brackets, because V8 then compiles the function at once and its code is in the cache.
  const source = `(function (exports, require, module) {${text}\n})`;
  return { source, code_cache: new Script(source).createCachedData().toString('base64') };
}
