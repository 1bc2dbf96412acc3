/** Characters of bundles that are kept; a daemon rarely has more in use. */
const KEPT_CHARS = 32 * 1024 * 1024;

/** Bundles that were read and verified lately, by their hash: a session that starts need not wait for the disk again. */
export class RecentTexts {
  readonly #texts = new Map<string, string>();
  #chars = 0;

  get(sha512: string): string | undefined {
    const text = this.#texts.get(sha512);
    if (text === undefined) return undefined;
    // The one that was used last goes last.
    this.#texts.delete(sha512);
    this.#texts.set(sha512, text);
    return text;
  }

  keep(sha512: string, text: string): void {
    if (this.#texts.has(sha512)) return;
    this.#texts.set(sha512, text);
    this.#chars += text.length;
    for (const [oldest, { length }] of this.#texts) {
      if (this.#chars <= KEPT_CHARS) return;
      this.#texts.delete(oldest);
      this.#chars -= length;
    }
  }
}
