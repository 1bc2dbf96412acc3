import { stringCharCodeAt, stringSlice } from '../primordials.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** `application/x-www-form-urlencoded`: what stays as it is beside letters and digits. */
function isKept(code: number): boolean {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  const isDigit = code >= 48 && code <= 57;
  return isLetter || isDigit || code === 42 || code === 45 || code === 46 || code === 95;
}

/** A name or value of a query. */
export function encodeForm(text: string): string {
  let result = '';
  let start = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const code = stringCharCodeAt(text, i);
    if (isKept(code)) continue;
    result += stringSlice(text, start, i);
    if (code === 32) result += '+';
    else {
      const isPair = code >= 0xd800 && code <= 0xdbff && i + 1 < text.length;
      const bytes = encodeUtf8(stringSlice(text, i, i + (isPair ? 2 : 1)));
      // What follows a lone surrogate stands for itself.
      const used = isPair && bytes.length !== 4 ? encodeUtf8(stringSlice(text, i, i + 1)) : bytes;
      for (let j = 0; j < used.length; j++) result += percent(used[j] as number);
      if (isPair && bytes.length === 4) i++;
    }
    start = i + 1;
  }
  return `${result}${stringSlice(text, start)}`;
}

const HEX = '0123456789ABCDEF';

function percent(byte: number): string {
  return `%${HEX[byte >> 4] as string}${HEX[byte & 15] as string}`;
}

/** The inverse; malformed escapes stand for themselves, malformed UTF-8 becomes U+FFFD. */
export function decodeForm(text: string): string {
  let isPlain = true;
  for (let i = 0; i < text.length && isPlain; i++) {
    const code = stringCharCodeAt(text, i);
    isPlain = code !== 37 && code !== 43;
  }
  if (isPlain) return text;
  const bytes = encodeUtf8(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const value = byte === 37 ? hexAt(bytes, i + 1) : -1;
    if (value >= 0) i += 2;
    bytes[length++] = value >= 0 ? value : byte === 43 ? 32 : byte;
  }
  return decodeUtf8(bytes, 0, length) ?? '';
}

function hexAt(bytes: Uint8Array, index: number): number {
  const high = digit(bytes[index]);
  const low = digit(bytes[index + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function digit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
