import { typeError } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { askHost } from '../host-link.ts';
import {
  numberToString,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArraySet,
  typedArraySubarray,
  typedArrayTag,
  Uint8ArrayCtor,
} from '../primordials.ts';
import { DOMException } from './dom-exception.ts';

const MAX_BYTES = 65_536;
/** One question to the host gives the bytes of many small wishes. */
const POOL_BYTES = 4_096;

const KEY = Symbol('Crypto');

let pool = new Uint8ArrayCtor(0);
let used = 0;

function randomBytes(count: number): Uint8Array {
  if (count > POOL_BYTES / 4) return new Uint8ArrayCtor(askHost('random', count));
  if (used + count > pool.length) {
    pool = new Uint8ArrayCtor(askHost('random', POOL_BYTES));
    used = 0;
  }
  used += count;
  return typedArraySubarray(pool, used - count, used);
}

/** Randomness of the operating system. */
export class Crypto {
  constructor(key?: unknown) {
    if (key !== KEY) throw typeError('ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
  }

  getRandomValues(array: unknown): unknown {
    const tag = typedArrayTag(array);
    if (tag === undefined || tag === 'Float16Array' || tag === 'Float32Array' || tag === 'Float64Array') {
      throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
    }
    const count = typedArrayByteLength(array);
    if (count > MAX_BYTES) {
      throw new DOMException('The requested length exceeds 65,536 bytes', 'QuotaExceededError');
    }
    const target = new Uint8ArrayCtor(typedArrayBuffer(array), typedArrayByteOffset(array), count);
    if (count > 0) typedArraySet(target, randomBytes(count));
    return array;
  }

  randomUUID(): string {
    const bytes = randomBytes(16);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    let text = '';
    for (let i = 0; i < 16; i++) {
      const byte = bytes[i] as number;
      text += `${byte < 16 ? '0' : ''}${numberToString(byte, 16)}`;
      if (i === 3 || i === 5 || i === 7 || i === 9) text += '-';
    }
    return text;
  }
}
finishWebClass(Crypto, 'Crypto');

export const crypto = new Crypto(KEY);
