import { Buffer } from 'node:buffer';
import { createHash, createHmac, getHashes, hash } from './support/hashes.ts';
import { argumentError } from './support/tools.ts';

const { crypto } = globalThis;

type Bytes = Uint8Array<ArrayBuffer>;
type Callback = (error: Error | null, value: unknown) => void;

/** The most that one call of `getRandomValues` fills. */
const CHUNK = 65_536;
const MAX_RANGE = 2 ** 48;

function fill(bytes: Bytes): Bytes {
  for (let at = 0; at < bytes.length; at += CHUNK) crypto.getRandomValues(bytes.subarray(at, at + CHUNK));
  return bytes;
}

/** Calls back in a later turn, as functions do that have work to wait for. */
function later(callback: unknown, make: () => unknown): void {
  if (typeof callback !== 'function') throw argumentError('callback', 'of type function', callback);
  const value = make();
  setImmediate(() => {
    (callback as Callback)(null, value);
  });
}

function randomBytes(size: number, callback?: unknown): Buffer | undefined {
  if (typeof size !== 'number') throw argumentError('size', 'of type number', size);
  const make = (): Buffer => fill(Buffer.alloc(size)) as unknown as Buffer;
  if (callback === undefined) return make();
  later(callback, make);
  return undefined;
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView<ArrayBuffer>, offset = 0, size?: number): Bytes {
  const isView = ArrayBuffer.isView(buffer);
  const all = isView ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer);
  return all.subarray(offset, size === undefined ? undefined : offset + size);
}

function randomFillSync<Target extends ArrayBuffer | ArrayBufferView<ArrayBuffer>>(
  buffer: Target,
  offset?: number,
  size?: number,
): Target {
  fill(bytesOf(buffer, offset, size));
  return buffer;
}

function randomFill(buffer: ArrayBuffer, ...rest: unknown[]): void {
  const callback = rest.pop();
  later(callback, () => randomFillSync(buffer, ...(rest as number[])));
}

/** Every number from `min` on and below `max` is as likely as the others. */
function randomInt(...args: unknown[]): number | undefined {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const [min, max] = (args.length < 2 ? [0, args[0]] : args) as [number, number];
  if (!Number.isSafeInteger(min)) throw argumentError('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw argumentError('max', 'a safe integer', max);
  const range = max - min;
  if (!(range > 0 && range <= MAX_RANGE)) {
    throw Object.assign(new RangeError('The value of "max" is out of range.'), { code: 'ERR_OUT_OF_RANGE' });
  }
  const make = (): number => {
    const words = new Uint16Array(3);
    const fair = MAX_RANGE - (MAX_RANGE % range);
    for (;;) {
      const [high = 0, middle = 0, low = 0] = crypto.getRandomValues(words);
      const number = high * 2 ** 32 + middle * 2 ** 16 + low;
      if (number < fair) return min + (number % range);
    }
  };
  if (callback === undefined) return make();
  later(callback, make);
  return undefined;
}

function timingSafeEqual(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  if (left.length !== right.length) {
    const error = new RangeError('Input buffers must have the same byte length');
    throw Object.assign(error, { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
  }
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= (left[i] ?? 0) ^ (right[i] ?? 0);
  return difference === 0;
}

/** Present, so that programs which may never call them can be loaded. */
const ABSENT = [
  'createCipheriv', 'createDecipheriv', 'createSign', 'createVerify', 'generateKeyPair',
  'generateKeyPairSync', 'hkdf', 'hkdfSync', 'pbkdf2', 'pbkdf2Sync', 'scrypt', 'scryptSync', 'sign', 'verify',
] as const; // prettier-ignore

function absent(name: string): () => never {
  return () => {
    const message = `crypto.${name} is not available in sessions: their crypto has random values and hashes.`;
    throw Object.assign(new Error(message), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' });
  };
}

export const builtIn = {
  ...Object.fromEntries(ABSENT.map((name) => [name, absent(name)])),
  createHash,
  createHmac,
  getHashes,
  hash,
  getRandomValues: (array: Bytes): Bytes => crypto.getRandomValues(array),
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID: (): string => crypto.randomUUID(),
  timingSafeEqual,
  webcrypto: crypto,
};
