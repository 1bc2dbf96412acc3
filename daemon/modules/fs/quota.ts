import { ModuleError } from '../denied.ts';

/** How much a session's files may grow in all: what it deletes or shortens is given back. */
export class Quota {
  readonly #limit: number | undefined;
  #used = 0;

  constructor(limit: number | undefined) {
    this.#limit = limit;
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
    this.#used = Math.max(0, this.#used + bytes);
  }
}
