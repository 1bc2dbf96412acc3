import { hmac } from '@noble/hashes/hmac.js';
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js';
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import { Buffer } from 'node:buffer';
import { argumentError } from './tools.ts';

type Data = string | ArrayBufferView;
type State = { update(bytes: Uint8Array): unknown; digest(): Uint8Array; clone?: () => State };

const ALGORITHMS = {
  md5, ripemd160, rmd160: ripemd160, sha1, sha224, sha256, sha384, sha512, 'sha512-224': sha512_224, 'sha512-256': sha512_256,
  'sha3-224': sha3_224, 'sha3-256': sha3_256, 'sha3-384': sha3_384, 'sha3-512': sha3_512,
} as const; // prettier-ignore

export function getHashes(): string[] {
  return Object.keys(ALGORITHMS);
}

function algorithmOf(name: unknown): (typeof ALGORITHMS)[keyof typeof ALGORITHMS] {
  if (typeof name !== 'string') throw argumentError('algorithm', 'of type string', name);
  const key = name.toLowerCase().replace(/^rsa-|^sha-(?=\d)/, (start) => (start === 'rsa-' ? '' : 'sha'));
  if (Object.hasOwn(ALGORITHMS, key)) return ALGORITHMS[key as keyof typeof ALGORITHMS];
  throw Object.assign(new Error(`Invalid digest: ${name}`), { code: 'ERR_CRYPTO_INVALID_DIGEST' });
}

function bytesOf(name: string, data: unknown, encoding?: string): Uint8Array {
  if (typeof data === 'string') return new Uint8Array(Buffer.from(data, encoding as BufferEncoding));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw argumentError(name, 'of type string or an instance of Buffer, TypedArray, or DataView', data);
}

function encoded(digest: Uint8Array, encoding: string | undefined): Buffer | string {
  const buffer = Buffer.from(digest);
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding as BufferEncoding);
}

/** What `createHash` and `createHmac` return; no streams, unlike Node's. */
class Digest {
  #state: State;
  #isFinished = false;

  constructor(state: State) {
    this.#state = state;
  }

  update(data: Data, encoding?: string): this {
    this.#requireOpen();
    this.#state.update(bytesOf('data', data, encoding));
    return this;
  }

  digest(encoding?: string): Buffer | string {
    this.#requireOpen();
    this.#isFinished = true;
    return encoded(this.#state.digest(), encoding);
  }

  /** As it is now. */
  copy(): Digest {
    this.#requireOpen();
    return new Digest(this.#state.clone?.() ?? this.#state);
  }

  #requireOpen(): void {
    if (!this.#isFinished) return;
    throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
  }
}

export function createHash(algorithm: string): Digest {
  return new Digest(algorithmOf(algorithm).create());
}

export function createHmac(algorithm: string, key: Data): Digest {
  return new Digest(hmac.create(algorithmOf(algorithm), bytesOf('key', key)));
}

/** The digest of data that is all there; as hexadecimal digits unless told otherwise. */
export function hash(algorithm: string, data: Data, encoding = 'hex'): Buffer | string {
  return encoded(algorithmOf(algorithm)(bytesOf('data', data)), encoding);
}
