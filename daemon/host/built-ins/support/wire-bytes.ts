import { Buffer } from 'node:buffer';

type View = { readonly buffer: ArrayBuffer; readonly byteOffset: number; readonly byteLength: number };
export type WireBytes = { text: string } | { base64: string };

/** The bytes of a buffer or a view; undefined for anything else. */
export function bytesOf(value: unknown): Buffer | undefined {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  const { buffer, byteOffset, byteLength } = value as View;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Text or bytes as they cross; undefined for anything else. */
export function wireBytes(value: unknown): WireBytes | undefined {
  if (typeof value === 'string') return { text: value };
  const bytes = bytesOf(value);
  return bytes === undefined ? undefined : { base64: bytes.toString('base64') };
}

export function readWireBytes(given: WireBytes): Buffer {
  return 'text' in given ? Buffer.from(given.text, 'utf8') : Buffer.from(given.base64, 'base64');
}
