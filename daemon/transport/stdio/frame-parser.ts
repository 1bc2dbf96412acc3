/** `Content-Length` and `Content-Type`, with room; more than this is no header but an attack or another protocol. */
const MAX_HEADER_BYTES = 1_024;

/** An editor may send a whole document; requests of ours have a limit of their own, answered with an error. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

const SEPARATOR = '\r\n\r\n';

/** What came is not the LSP base protocol; there is no way to find the next frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Cuts a stream of bytes into the bodies of LSP frames: `Content-Length: N`, an empty line, N bytes. */
export class FrameParser {
  readonly #deliver: (body: Buffer) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Of the body that is being read; undefined while a header is. */
  #length: number | undefined;

  constructor(deliver: (body: Buffer) => void) {
    this.#deliver = deliver;
  }

  /** Whether a frame has begun and not ended. */
  get isInside(): boolean {
    return this.#size > 0 || this.#length !== undefined;
  }

  /** Throws FrameError, and must not be used again then. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#readHeader()) {
      const length = this.#length ?? 0;
      if (this.#size < length) return;
      this.#deliver(this.#take(length));
      this.#length = undefined;
    }
  }

  /** True when the length of the next body is known. */
  #readHeader(): boolean {
    if (this.#length !== undefined) return true;
    if (this.#size === 0) return false;
    const bytes = this.#joined();
    const end = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(SEPARATOR);
    if (end === -1) {
      if (this.#size < MAX_HEADER_BYTES) return false;
      throw new FrameError(`a header has more than ${MAX_HEADER_BYTES} bytes`);
    }
    this.#length = contentLength(this.#take(end + SEPARATOR.length).toString('latin1', 0, end));
    return true;
  }

  #take(count: number): Buffer {
    const bytes = this.#joined();
    const rest = bytes.subarray(count);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return bytes.subarray(0, count);
  }

  #joined(): Buffer {
    const [first, ...others] = this.#chunks;
    if (first === undefined) return Buffer.alloc(0);
    if (others.length === 0) return first;
    const joined = Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [joined];
    return joined;
  }
}

function contentLength(header: string): number {
  let length: number | undefined;
  for (const line of header.split('\r\n')) {
    const [, name, value] = /^([A-Za-z-]+): *([\x20-\x7e]*?) *$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new FrameError('a line of a header is not "Name: value"');
    switch (name.toLowerCase()) {
      case 'content-length':
        if (length !== undefined) throw new FrameError('a header has two Content-Lengths');
        length = parseLength(value);
        break;
      case 'content-type':
        requireUtf8(value);
        break;
      default:
        throw new FrameError(`a header has the field ${name}, which the protocol does not know`);
    }
  }
  if (length === undefined) throw new FrameError('a header has no Content-Length');
  return length;
}

function parseLength(value: string): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (length === 0) throw new FrameError('a Content-Length is not a positive number');
  if (length > MAX_BODY_BYTES) throw new FrameError(`a Content-Length is above ${MAX_BODY_BYTES} bytes`);
  return length;
}

function requireUtf8(contentType: string): void {
  const charset = /charset *= *"?([^;"]*)/i.exec(contentType)?.[1]?.trim().toLowerCase();
  // The specification asks servers to take its own old misspelling, utf8, as well.
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return;
  throw new FrameError(`a Content-Type has the charset ${charset}; only utf-8 is spoken`);
}
