import { askHost } from '../host-link.ts';
import {
  arrayBufferSlice,
  stringCharCodeAt,
  stringFromCharCode,
  typedArrayBuffer,
  typedArrayByteOffset,
  Uint8ArrayCtor,
} from '../primordials.ts';

/** Longer texts go to the host, whose native code makes up for the way there: about 40 µs. */
const MAX_OWN_LENGTH = 2_048;

/** The bytes of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  if (text.length > MAX_OWN_LENGTH) return new Uint8ArrayCtor(askHost('encode', text));
  const bytes = new Uint8ArrayCtor(text.length * 3);
  const length = encodeInto(text, bytes).written;
  return new Uint8ArrayCtor(arrayBufferSlice(typedArrayBuffer(bytes), 0, length));
}

/** Writes as many whole characters as there is room for. */
export function encodeInto(text: string, bytes: Uint8Array): { read: number; written: number } {
  const room = bytes.length;
  let written = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const code = codePointAt(text, i);
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + size > room) break;
    if (size === 1) bytes[written] = code;
    else {
      for (let k = size - 1, rest = code; k > 0; k--, rest >>= 6) bytes[written + k] = 0x80 | (rest & 0x3f);
      bytes[written] = (LEADS[size] as number) | (code >> (6 * (size - 1)));
    }
    written += size;
    if (size === 4) i++;
  }
  return { read: i, written };
}

/** The first byte's marks, by the number of bytes. */
const LEADS = [0, 0, 0xc0, 0xe0, 0xf0];

function codePointAt(text: string, index: number): number {
  const code = stringCharCodeAt(text, index);
  if (code < 0xd800 || code > 0xdfff) return code;
  const next = code <= 0xdbff && index + 1 < text.length ? stringCharCodeAt(text, index + 1) : 0;
  return next >= 0xdc00 && next <= 0xdfff ? ((code - 0xd800) << 10) + (next - 0xdc00) + 0x10000 : 0xfffd;
}

/** The text of bytes; malformed ones become U+FFFD, or make it undefined when `fatal`. Keeps a byte order mark. */
export function decodeUtf8(bytes: Uint8Array, from: number, to: number, fatal = false): string | undefined {
  let text = '';
  let i = from;
  if (to - from <= MAX_OWN_LENGTH) {
    for (; i < to; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x80) break;
      text += stringFromCharCode(byte);
    }
  }
  if (i === to) return text;
  const offset = typedArrayByteOffset(bytes);
  const rest = askHost('decode', 'utf-8', arrayBufferSlice(typedArrayBuffer(bytes), offset + i, offset + to), fatal);
  return rest === undefined ? undefined : text + rest;
}
