import { StringCtor, stringCharCodeAt, stringFromCharCode, stringIndexOf } from '../primordials.ts';
import { DOMException } from './dom-exception.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes, one a character, as base64. */
export function btoa(input: unknown): string {
  const text = StringCtor(input);
  let result = '';
  for (let i = 0; i < text.length; i += 3) {
    const bits = (byteAt(text, i) << 16) | (byteAt(text, i + 1) << 8) | byteAt(text, i + 2);
    result += digit(bits >> 18) + digit(bits >> 12);
    result += i + 1 < text.length ? digit(bits >> 6) : '=';
    result += i + 2 < text.length ? digit(bits) : '=';
  }
  return result;
}

/** Zero behind the end. */
function byteAt(text: string, index: number): number {
  if (index >= text.length) return 0;
  const code = stringCharCodeAt(text, index);
  if (code > 255) throw new DOMException('Invalid character', 'InvalidCharacterError');
  return code;
}

const digit = (bits: number): string => ALPHABET[bits & 63] as string;

/** The inverse; white space is skipped, the padding may be missing. */
export function atob(input: unknown): string {
  const text = withoutSpaces(StringCtor(input));
  const end = paddingStart(text);
  if (end % 4 === 1) throw malformed();
  let result = '';
  let bits = 0;
  let count = 0;
  for (let i = 0; i < end; i++) {
    const value = stringIndexOf(ALPHABET, text[i] as string);
    if (value < 0) throw new DOMException('Invalid character', 'InvalidCharacterError');
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result += stringFromCharCode((bits >> count) & 255);
  }
  return result;
}

function withoutSpaces(text: string): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const code = stringCharCodeAt(text, i);
    const isSpace = code === 32 || code === 9 || code === 10 || code === 12 || code === 13;
    if (!isSpace) result += text[i] as string;
  }
  return result;
}

/** Up to two equals signs may fill the last group of four. */
function paddingStart(text: string): number {
  const { length } = text;
  if (length % 4 !== 0 || text[length - 1] !== '=') return length;
  return text[length - 2] === '=' ? length - 2 : length - 1;
}

function malformed(): Error {
  return new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
}
