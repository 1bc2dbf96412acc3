/**
 * Cuts a stream of text into lines. Chunks of an unfinished line are kept as they came: joining them at every chunk
 * would copy a line of n chunks n times.
 */
export class LineSplitter {
  readonly #maxChars: number;
  #parts: string[] = [];
  #chars = 0;

  /** @param maxChars longest line that is let through, UTF-16 units */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** Returns the lines that `chunk` completes. Throws RangeError when a line is longer than it may be. */
  push(chunk: string): string[] {
    const pieces = chunk.split('\n');
    const rest = pieces.pop() ?? '';
    const lines: string[] = [];
    for (const piece of pieces) {
      this.#add(piece);
      lines.push(this.#parts.length === 1 ? piece : this.#parts.join(''));
      this.#parts = [];
      this.#chars = 0;
    }
    this.#add(rest);
    return lines;
  }

  #add(piece: string): void {
    this.#chars += piece.length;
    if (this.#chars > this.#maxChars) throw new RangeError(`a line is longer than ${this.#maxChars} characters`);
    this.#parts.push(piece);
  }
}
