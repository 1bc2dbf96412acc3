import type { Intrinsics } from './intrinsics.ts';
import type { Answer, ModuleRecord } from './module-record.ts';

type FailureDescription = NonNullable<Answer['failure']>;

/** Makes the errors that say that a module cannot be had, and knows them again. */
export class LoadErrors {
  readonly #p: Intrinsics;
  readonly #ours: WeakSet<object>;
  /** file:// URL of the worktree, with a slash at the end. */
  root = '';

  constructor(p: Intrinsics) {
    this.#p = p;
    this.#ours = new p.WeakSet<object>();
  }

  make({ name, code, message }: FailureDescription): Error {
    const error = new this.#p[name](message);
    this.#define(error, 'code', code, true);
    this.#p.weakAdd(this.#ours, error);
    return error;
  }

  /** Whether a value is an error that came about because a module could not be resolved, read or compiled. */
  isLoadError(value: unknown): boolean {
    return typeof value === 'object' && value !== null && this.#p.weakHas(this.#ours, value);
  }

  /**
   * The guest's SyntaxError for one that isolated-vm threw: its is of another realm, and has its place only at the end
   * of the message, as `[URL:LINE:COLUMN]`.
   */
  syntaxError(error: unknown): Error {
    const { message } = error as Error;
    const start = message.length > 0 && message[message.length - 1] === ']' ? this.#lastBracket(message) : -1;
    if (start < 0) return this.make({ name: 'SyntaxError', code: 'ERR_INVALID_SYNTAX', message });
    const place = this.#slice(message, start + 1, message.length - 1);
    const text = `${this.#slice(message, 0, start - 1)} (${this.short(place)})`;
    const made = this.make({ name: 'SyntaxError', code: 'ERR_INVALID_SYNTAX', message: text });
    this.#define(made, 'stack', `SyntaxError: ${text}\n    at ${place}`, false);
    return made;
  }

  /** V8's SyntaxError of a connection, for example a missing export, with the module that wanted it. */
  linkError(error: unknown, records: readonly ModuleRecord[]): unknown {
    if (!(error instanceof this.#p.SyntaxError)) return error;
    const { message } = error;
    for (let i = 0; i < records.length; i++) {
      const entry = records[i]?.entry;
      for (let k = 0; entry !== undefined && k < entry.imports.length; k++) {
        const specifier = entry.imports[k]?.[0] ?? '';
        if (!this.#names(message, specifier)) continue;
        const text = `${message} (imported from ${this.short(entry.url)})`;
        this.#define(error, 'message', text, false);
        this.#define(error, 'stack', `SyntaxError: ${text}\n    at ${entry.url}`, false);
        this.#p.weakAdd(this.#ours, error);
        return error;
      }
    }
    this.#p.weakAdd(this.#ours, error);
    return error;
  }

  /** What V8 says of a static import, for one that is really made by a call. */
  missingExport(specifier: string, name: string): Error {
    const message = `The requested module '${specifier}' does not provide an export named '${name}' (imported from the REPL)`;
    const error = new this.#p.SyntaxError(message);
    this.#p.weakAdd(this.#ours, error);
    return error;
  }

  /** A URL as a person sees it from the worktree. */
  short(url: string): string {
    const { length } = this.root;
    return length > 0 && this.#slice(url, 0, length) === this.root ? this.#slice(url, length, url.length) : url;
  }

  /** V8 puts the specifier in quotes. */
  #names(message: string, specifier: string): boolean {
    const quoted = `'${specifier}'`;
    for (let i = 0; i + quoted.length <= message.length; i++) {
      if (message[i] === "'" && this.#slice(message, i, i + quoted.length) === quoted) return true;
    }
    return false;
  }

  #lastBracket(text: string): number {
    let at = text.length - 1;
    while (at >= 0 && text[at] !== '[') at--;
    return at;
  }

  /** Strings' own methods are the guest's to replace; indexing is not. */
  #slice(text: string, from: number, to: number): string {
    let out = '';
    for (let i = from; i < to && i < text.length; i++) out += text[i] ?? '';
    return out;
  }

  #define(target: object, key: string, value: unknown, enumerable: boolean): void {
    this.#p.defineProperty(target, key, {
      __proto__: null,
      value,
      writable: true,
      enumerable,
      configurable: true,
    } as PropertyDescriptor);
  }
}
