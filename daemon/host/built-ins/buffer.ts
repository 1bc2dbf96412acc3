import * as buffer from 'buffer/index.js';

const { atob, btoa } = globalThis;
const { Buffer } = buffer;

type Encode = (encoding?: string, start?: number, end?: number) => string;
type Decode = (text: string, ...rest: unknown[]) => number;
type From = (value: unknown, encoding?: unknown, length?: unknown) => unknown;

const prototype = Buffer.prototype as unknown as { toString: Encode; write: Decode };
const statics = Buffer as unknown as { from: From; isEncoding: (name: unknown) => boolean };

/** The package reads base64 of either alphabet, and writes only the one. */
function addBase64Url(): void {
  const { toString, write } = prototype;
  const { from, isEncoding } = statics;
  const isUrl = (encoding: unknown): boolean => typeof encoding === 'string' && encoding.toLowerCase() === 'base64url';
  const known = (encoding: unknown): unknown => (isUrl(encoding) ? 'base64' : encoding);
  prototype.toString = function (encoding, start, end) {
    if (!isUrl(encoding)) return Reflect.apply(toString, this, [encoding, start, end]);
    const text = Reflect.apply(toString, this, ['base64', start, end]);
    return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  };
  prototype.write = function (text, ...rest) {
    return Reflect.apply(write, this, [text, ...rest.map(known)]);
  };
  statics.from = function (this: unknown, value, encoding, length) {
    return Reflect.apply(from, this, [value, known(encoding), length]);
  };
  statics.isEncoding = (name) => isUrl(name) || isEncoding(name);
}

addBase64Url();

const { INSPECT_MAX_BYTES, kMaxLength, SlowBuffer } = buffer;
/** V8's. */
const kStringMaxLength = 2 ** 29 - 24;

export const builtIn = {
  Buffer,
  INSPECT_MAX_BYTES,
  SlowBuffer,
  atob,
  btoa,
  constants: { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength },
  kMaxLength,
  kStringMaxLength,
};
