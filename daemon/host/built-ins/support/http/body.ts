import { Buffer } from 'node:buffer';
import { bytesOf, wireBytes, type WireBytes } from '../wire-bytes.ts';
import type { Headers } from './headers.ts';

export type BodyInput = string | ArrayBuffer | ArrayBufferView | URLSearchParams | null;

/** What a request and a response have in common: bytes that are read once. */
export class Body {
  #bytes: Uint8Array | null;
  /** The same as text, where that is what there was. */
  readonly #text: string | undefined;
  #isUsed = false;

  constructor(body: BodyInput | undefined, headers: Headers) {
    const content = contentOf(body);
    this.#bytes = content === null ? null : (bytesOf(content) ?? Buffer.from(content as string, 'utf8'));
    this.#text = typeof content === 'string' ? content : undefined;
    const type = typeOf(body);
    if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  }

  /** All of it at once: sessions have no streams. */
  get body(): Uint8Array | null {
    return this.#bytes;
  }

  get bodyUsed(): boolean {
    return this.#isUsed;
  }

  async text(): Promise<string> {
    // A mark of the byte order is none of the text.
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  bytes(): Promise<Uint8Array> {
    if (this.#isUsed) return Promise.reject(new TypeError('Body is unusable: Body has already been read'));
    this.#isUsed = this.#bytes !== null;
    return Promise.resolve(new Uint8Array(this.#bytes ?? []));
  }

  async arrayBuffer(): Promise<ArrayBufferLike> {
    return (await this.bytes()).buffer;
  }

  /** What crosses to the host. Throws TypeError when it has been read. */
  wireBody(): WireBytes | null {
    if (this.#isUsed) throw new TypeError('Body is unusable: Body has already been read');
    return this.#bytes === null ? null : (wireBytes(this.#text ?? this.#bytes) ?? null);
  }
}

function contentOf(body: BodyInput | undefined): string | Uint8Array | null {
  if (body === undefined || body === null) return null;
  const other: unknown = body;
  return bytesOf(body) ?? String(other);
}

function typeOf(body: BodyInput | undefined): string | undefined {
  if (typeof body === 'string') return 'text/plain;charset=UTF-8';
  return body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : undefined;
}
