import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which session each folder used last, a small file each: it is on the disk when `set` returns. What an editor remembers for an extension
 * is written some 100 ms later, in a browser by the browser, and a window that is reloaded or killed before has forgotten it.
 */
export class SessionChoices {
  readonly #directory: string;
  /** What another window chooses for the same folder counts here when this one is opened again. */
  readonly #known = new Map<string, string | undefined>();

  /** @param directory made with the first choice */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Id of the session, alive or not; undefined when the folder never had one. */
  get(worktree: string): string | undefined {
    if (!this.#known.has(worktree)) this.#known.set(worktree, this.#read(worktree));
    return this.#known.get(worktree);
  }

  /** Throws what the file system says; the choice counts in this window all the same. */
  set(worktree: string, session: string): void {
    this.#known.set(worktree, session);
    const file = this.#file(worktree);
    const written = `${file}.${process.pid}`;
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(written, JSON.stringify({ worktree, session }));
    renameSync(written, file);
  }

  #read(worktree: string): string | undefined {
    try {
      const { session } = JSON.parse(readFileSync(this.#file(worktree), 'utf8')) as { session?: unknown };
      return typeof session === 'string' ? session : undefined;
    } catch {
      // There is none, or a machine that lost its power has left half of one.
      return undefined;
    }
  }

  /** Paths may be longer than a file's name may be. */
  #file(worktree: string): string {
    return join(this.#directory, `${createHash('sha256').update(worktree).digest('hex').slice(0, 32)}.json`);
  }
}
