import { hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { Guess } from '../../shared/ipc/guess-imports.ts';

/** A text as it was read, and what was worked out from it. */
export class SourceText {
  /** Undefined while the file is too young for its times to tell contents apart. */
  readonly version: string | undefined;
  readonly source: string;
  guesses?: readonly Guess[];
  /** The text without TypeScript's types. */
  stripped?: string;
  #digest: string | undefined;

  constructor(version: string | undefined, source: string) {
    this.version = version;
    this.source = source;
  }

  /** Equal for equal texts. */
  get digest(): string {
    return (this.#digest ??= hash('sha256', this.source));
  }
}

/** Texts of all sessions together; several run the same code, and each runs it many times. */
const MAX_CHARS = 64 * 1024 * 1024;
/** One file must not push out all others. */
const MAX_FILE_CHARS = MAX_CHARS / 8;
/** File systems' clocks tick every few milliseconds: two quick writes can leave a file with the same times. */
const SETTLED_AFTER_MS = 100;

/** What tells one content of a file from another, or undefined while the file is too young to tell. */
export function versionOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string | undefined {
  if (Date.now() - Math.max(mtimeMs, ctimeMs) < SETTLED_AFTER_MS) return undefined;
  return [dev, ino, size, mtimeMs, ctimeMs].join(':');
}

/** Source texts by the names under which they were read, the least recently used dropped first. */
export class SourceCache {
  readonly #entries = new Map<string, { path: string; text: SourceText }>();
  #chars = 0;

  /** The text that was read under this name, and its real path, when the file is still in that version. */
  get(name: string, version: string): { path: string; text: SourceText } | undefined {
    const entry = this.#entries.get(name);
    if (entry?.text.version !== version) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry;
  }

  /** Keeps the text when it is small and old enough, and returns it in any case. */
  put(name: string, path: string, version: string | undefined, source: string): SourceText {
    const text = new SourceText(version, source);
    if (version === undefined || source.length > MAX_FILE_CHARS) return text;
    this.#forget(name);
    this.#entries.set(name, { path, text });
    this.#chars += source.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#chars <= MAX_CHARS) break;
      this.#forget(oldest);
    }
    return text;
  }

  #forget(name: string): void {
    this.#chars -= this.#entries.get(name)?.text.source.length ?? 0;
    this.#entries.delete(name);
  }
}
