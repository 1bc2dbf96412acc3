import { ModuleError } from '../denied.ts';

/**
 * How much a session's files may grow in all: what it deletes or shortens is given back. The daemon is told how much that
 * is, and starts the session's next process with it.
 */
export class Quota {
  readonly #limit: number | undefined;
  readonly #tell: (used: number) => void;
  #used: number;

  constructor(limit: number | undefined, used: number, tell: (used: number) => void) {
    this.#limit = limit;
    this.#used = used;
    this.#tell = tell;
  }

  /** Bytes that may still be added. */
  get left(): number {
    return this.#limit === undefined ? Number.MAX_SAFE_INTEGER : this.#limit - this.#used;
  }

  /** Throws EDQUOT before anything is written. */
  require(bytes: number, path: string): void {
    if (bytes <= this.left) return;
    throw new ModuleError(
      'EDQUOT',
      `EDQUOT: the session's quota of ${this.#limit ?? 0} bytes is used up, write '${path}'`,
      { path },
    );
  }

  grown(bytes: number): void {
    if (this.#limit === undefined || bytes === 0) return;
    this.#used = Math.max(0, this.#used + bytes);
    this.#tell(this.#used);
  }
}
