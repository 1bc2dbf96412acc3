const BAR_WIDTH = 20;
const NAME_WIDTH = 24;
/** Some terminals say that they have none. */
const USUAL_COLUMNS = 80;

/** One line that is written over and over while something goes on; nothing at all when nobody looks at a terminal. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** @param fraction how much is done, 0 to 1 */
  show(name: string, fraction: number, what: string): void {
    if (!this.#stream.isTTY) return;
    const filled = Math.round(Math.min(1, fraction) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const line = `${name.padEnd(NAME_WIDTH)} ${bar} ${what}`;
    // A line that wraps could not be written over.
    this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns || USUAL_COLUMNS) - 1)}`);
    this.#shown = true;
  }

  /** Makes room for something that stays. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
  }
}
