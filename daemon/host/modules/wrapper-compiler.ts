import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type ivm from 'isolated-vm';
import type { ModuleFile } from '../../../shared/ipc/module-messages.ts';
import type { Wrapper } from '../guest/modules/module-functions.ts';
import type { CompiledAhead } from '../guest/modules/module-record.ts';
import type { Failure } from './load-failure.ts';
import { mentionsModules, rewriteDynamicImports } from './lex-source.ts';
import type { HostFile } from './module-table.ts';

/** Compiling early stops here, so that what is never required takes little of the session's memory. */
const MAX_EARLY_FILES = 256;
const MAX_EARLY_CHARS = 1024 * 1024;

type Compiled = ivm.Reference<Wrapper>;

/**
 * Compiles CommonJS in a guest's isolate, from the host's thread: only while the guest waits for an answer, or this
 * thread would wait for the guest.
 */
export class WrapperCompiler {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  /** Compiled while the rest of their graph was being read, by URL. */
  readonly #early = new Map<string, { code: string; wrapper: Compiled }>();
  #earlyChars = 0;
  #noted: ModuleFile[] = [];

  constructor(isolate: ivm.Isolate, context: ivm.Context) {
    this.#isolate = isolate;
    this.#context = context;
  }

  /** @param strict whether scripts are compiled as strict by a flag of V8's, which must not reach packages */
  compile(url: string, code: string, strict: boolean): Compiled {
    const early = this.#early.get(url);
    if (early?.code !== code) return this.#compile(url, code, strict);
    this.#early.delete(url);
    return early.wrapper;
  }

  /** The guest is about to ask for these, one by one. What cannot be compiled fails when it asks. */
  compileAll(files: readonly HostFile[], strict: boolean): CompiledAhead[] {
    return files.flatMap((file) => {
      try {
        const wrapper = this.compile(file.url, rewriteDynamicImports(file.source ?? ''), strict);
        file.source = undefined;
        return [[file.url, wrapper] satisfies CompiledAhead];
      } catch {
        return [];
      }
    });
  }

  /** Files that have just come from the daemon, which reads on. */
  note(files: readonly ModuleFile[]): void {
    this.#noted.push(...files);
  }

  /** Compiles what was noted and is CommonJS for sure: host and daemon both have something to do that way. */
  compileEarly(strict: boolean): void {
    for (const { url, format, source } of this.#noted.splice(0)) {
      const isCommonJs = (format === 'commonjs' || format === 'detect') && !mentionsModules(source);
      const isTooMuch = this.#early.size >= MAX_EARLY_FILES || this.#earlyChars + source.length > MAX_EARLY_CHARS;
      if (!isCommonJs || isTooMuch || this.#early.has(url)) continue;
      const code = rewriteDynamicImports(source);
      try {
        this.#early.set(url, { code, wrapper: this.#compile(url, code, strict) });
        this.#earlyChars += source.length;
      } catch {
        // It says so when it is required.
      }
    }
  }

  /**
   * Those of the modules that are compiled already.
   * @param takeCode the module's text, which nobody else is to compile then
   */
  takeEarly(modules: readonly { url: string }[], takeCode: (url: string) => string | undefined): CompiledAhead[] {
    return modules.flatMap(({ url }) => {
      const early = this.#early.get(url);
      if (early === undefined || takeCode(url) !== early.code) return [];
      this.#early.delete(url);
      return [[url, early.wrapper] satisfies CompiledAhead];
    });
  }

  /** What nobody has asked for is not kept. */
  forgetEarly(): void {
    for (const { wrapper } of this.#early.values()) wrapper.release();
    this.#early.clear();
    this.#noted = [];
    this.#earlyChars = 0;
  }

  #compile(url: string, code: string, strict: boolean): Compiled {
    // The last two where they can be meant: with that letter in it, a text takes twice the memory and longer to compile.
    const more = isOurs(url) ? ', \u012dmport, internals' : code.includes('\u012dmport') ? ', \u012dmport' : '';
    const text = `(function (exports, require, module, __filename, __dirname${more}) {\n${code}\n})`;
    // The flag is the process's: nothing else is compiled on this thread meanwhile, and the guest waits.
    if (strict) setFlagsFromString('--no-use-strict');
    try {
      const script = this.#isolate.compileScriptSync(text, { filename: nameOf(url), lineOffset: -1 });
      const wrapper: unknown = script.runSync(this.#context, { reference: true });
      return wrapper as Compiled;
    } finally {
      if (strict) setFlagsFromString('--use-strict');
    }
  }
}

/** Whether a module is none of the session's files. */
export function isOurs(url: string): boolean {
  return url.startsWith('node:') || url.startsWith('vm:') || url.startsWith('library:');
}

/** Frames of built-ins are not for users to see. */
function nameOf(url: string): string {
  return isOurs(url) ? `vm-system:${url}` : url;
}

/** isolated-vm puts the place at the end of the message: `[URL:LINE:COLUMN]`. */
export function syntaxFailure(error: unknown, root: string): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const [, message = text, place] = /^([^]*) \[(.*)\]$/.exec(text) ?? [];
  const start = `${pathToFileURL(root).href}/`;
  const shown = place?.startsWith(start) === true ? place.slice(start.length) : place;
  return {
    name: 'SyntaxError',
    code: 'ERR_INVALID_SYNTAX',
    message: shown === undefined ? message : `${message} (${shown})`,
  };
}
