import { rangeError, typeError, wrongArgument } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { askHost } from '../host-link.ts';
import { isArrayBuffer, isDataView, isSharedArrayBuffer, isTypedArray } from '../inspect/types.ts';
import {
  BooleanFrom,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  StringCtor,
  stringSlice,
  stringToLowerCase,
  stringTrim,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArraySet,
  typedArraySlice,
  typedArrayTag,
  Uint8ArrayCtor,
} from '../primordials.ts';
import { decodeUtf8, encodeInto, encodeUtf8 } from './utf8.ts';

export class TextEncoder {
  get encoding(): 'utf-8' {
    return 'utf-8';
  }

  encode(input: unknown = ''): Uint8Array {
    return encodeUtf8(StringCtor(input));
  }

  encodeInto(source: unknown, destination: unknown): { read: number; written: number } {
    if (typeof source !== 'string') throw wrongArgument('src', 'of type string');
    if (typedArrayTag(destination) !== 'Uint8Array') throw wrongArgument('dest', 'an instance of Uint8Array');
    return encodeInto(source, destination as Uint8Array);
  }
}
finishWebClass(TextEncoder, 'TextEncoder');

/** Names of the encodings that are there, by what they are called on the web. */
const LABELS: Readonly<Record<string, string>> = {
  __proto__: null as unknown as string,
  'unicode-1-1-utf-8': 'utf-8',
  unicode11utf8: 'utf-8',
  unicode20utf8: 'utf-8',
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'x-unicode20utf8': 'utf-8',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
  ucs2: 'utf-16le',
  'ucs-2': 'utf-16le',
  'iso-10646-ucs-2': 'utf-16le',
  csunicode: 'utf-16le',
  unicode: 'utf-16le',
  unicodefeff: 'utf-16le',
  'utf-16be': 'utf-16be',
  unicodefffe: 'utf-16be',
  latin1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  'iso8859-1': 'windows-1252',
  ascii: 'windows-1252',
  'us-ascii': 'windows-1252',
  l1: 'windows-1252',
  cp1252: 'windows-1252',
  'windows-1252': 'windows-1252',
  'x-cp1252': 'windows-1252',
};

type DecoderOptions = { fatal?: unknown; ignoreBOM?: unknown };

export class TextDecoder {
  readonly #encoding: string;
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  /** The bytes of a character that has not come to its end. */
  #rest: Uint8Array = new Uint8ArrayCtor(0);
  #isStart = true;

  constructor(label: unknown = 'utf-8', options: unknown = {}) {
    const name = stringToLowerCase(stringTrim(StringCtor(label)));
    const encoding = LABELS[name];
    if (encoding === undefined) {
      throw rangeError('ERR_ENCODING_NOT_SUPPORTED', `The "${StringCtor(label)}" encoding is not supported`);
    }
    const { fatal, ignoreBOM } = (options ?? {}) as DecoderOptions;
    this.#encoding = encoding;
    this.#fatal = BooleanFrom(fatal);
    this.#ignoreBOM = BooleanFrom(ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  decode(input: unknown = undefined, options: unknown = {}): string {
    const isStream = BooleanFrom((options as { stream?: unknown } | null | undefined)?.stream);
    const bytes = joined(this.#rest, bytesOf(input));
    const end = isStream ? wholeCharacters(bytes, this.#encoding) : bytes.length;
    this.#rest = typedArraySlice(bytes, end);
    const text = this.#decode(bytes, end);
    if (text === undefined) {
      this.#rest = new Uint8ArrayCtor(0);
      this.#isStart = true;
      const message = `The encoded data was not valid for encoding ${this.#encoding}`;
      throw typeError('ERR_ENCODING_INVALID_ENCODED_DATA', message);
    }
    const hasMark = this.#isStart && !this.#ignoreBOM && text[0] === '\ufeff';
    this.#isStart = isStream ? this.#isStart && end === 0 : true;
    return hasMark ? stringSlice(text, 1) : text;
  }

  #decode(bytes: Uint8Array, end: number): string | undefined {
    if (this.#encoding === 'utf-8') return decodeUtf8(bytes, 0, end, this.#fatal);
    return askHost(
      'decode',
      this.#encoding,
      typedArrayBuffer(typedArraySlice(bytes, 0, end)) as ArrayBuffer,
      this.#fatal,
    );
  }
}
finishWebClass(TextDecoder, 'TextDecoder');

/** A view of the bytes of anything that has some. */
function bytesOf(input: unknown): Uint8Array {
  if (input === undefined) return new Uint8ArrayCtor(0);
  if (isArrayBuffer(input) || isSharedArrayBuffer(input)) return new Uint8ArrayCtor(input as ArrayBuffer);
  if (isTypedArray(input)) {
    return new Uint8ArrayCtor(typedArrayBuffer(input), typedArrayByteOffset(input), typedArrayByteLength(input));
  }
  if (isDataView(input)) {
    return new Uint8ArrayCtor(dataViewBuffer(input), dataViewByteOffset(input), dataViewByteLength(input));
  }
  throw wrongArgument('list', 'an instance of ArrayBuffer or ArrayBufferView');
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const length = typedArrayLength(first);
  if (length === 0) return second;
  const bytes = new Uint8ArrayCtor(length + typedArrayLength(second));
  typedArraySet(bytes, first);
  typedArraySet(bytes, second, length);
  return bytes;
}

/** Where the last character that is complete ends. */
function wholeCharacters(bytes: Uint8Array, encoding: string): number {
  const { length } = bytes;
  if (encoding === 'windows-1252') return length;
  if (encoding !== 'utf-8') {
    const even = length - (length % 2);
    const lead = even < 2 ? 0 : (bytes[even - (encoding === 'utf-16le' ? 1 : 2)] as number);
    // The first half of a pair waits for the second.
    return lead >= 0xd8 && lead <= 0xdb ? even - 2 : even;
  }
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte >= 0x80 && byte < 0xc0) continue;
    const size =
      byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    return size > back && canContinue(bytes, length - back, back) ? length - back : length;
  }
  return length;
}

/** Some second bytes are malformed after some first ones, so that nothing is to be waited for. */
function canContinue(bytes: Uint8Array, lead: number, given: number): boolean {
  if (given < 2) return true;
  const first = bytes[lead] as number;
  const second = bytes[lead + 1] as number;
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second < 0x90;
}
