import { ModuleError, wrongType } from '../denied.ts';

/** A value of SQLite as JSON: what JSON has no word for is an object of one field. */
export type WireValue = null | string | number | { big: string } | { real: string } | { blob: string };
export type SqlValue = null | string | number | bigint | Buffer;

export function toWire(value: unknown): WireValue {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { big: value.toString() };
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : { real: String(value) };
  if (value instanceof Uint8Array) return { blob: Buffer.from(value).toString('base64') };
  return value as null | string;
}

/** About how many bytes it takes on its way. */
export function wireSize(value: WireValue): number {
  if (typeof value === 'string') return value.length + 3;
  return typeof value === 'object' && value !== null && 'blob' in value ? value.blob.length + 12 : 24;
}

export function fromWire(value: unknown): SqlValue {
  if (value === null || typeof value === 'string') return value;
  // better-sqlite3 binds every number as a real one, and `1` is to be found again as an integer.
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'object') {
    const { big, real, blob } = value as Record<string, unknown>;
    if (typeof big === 'string' && /^-?\d{1,20}$/.test(big)) return bigint(big);
    if (typeof real === 'string') return Number(real);
    if (typeof blob === 'string') return Buffer.from(blob, 'base64');
  }
  throw wrongType('parameter', 'null, a number, bigint, string, boolean, Date or bytes');
}

function bigint(text: string): bigint {
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) === value) return value;
  throw new ModuleError('ERR_OUT_OF_RANGE', `SQLite has integers of 64 bits: ${text}`, { name: 'RangeError' });
}
