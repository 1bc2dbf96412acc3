import { Buffer } from 'node:buffer';
import { argumentError } from './tools.ts';

export type WireStats = {
  kind: 'file' | 'directory' | 'link' | 'other';
  mode: number;
  size: number;
  nlink: number;
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
  birthtimeMs: number;
};

class Kind {
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }
  isFile(): boolean {
    return this.#kind === 'file';
  }
  isDirectory(): boolean {
    return this.#kind === 'directory';
  }
  isSymbolicLink(): boolean {
    return this.#kind === 'link';
  }
  isBlockDevice(): boolean {
    return false;
  }
  isCharacterDevice(): boolean {
    return false;
  }
  isFIFO(): boolean {
    return false;
  }
  isSocket(): boolean {
    return false;
  }
}

/** Node's `Stats`, without what tells of the machine: device, inode, owner. */
export class Stats extends Kind {
  mode: number;
  size: number;
  nlink: number;
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
  birthtimeMs: number;
  atime: Date;
  mtime: Date;
  ctime: Date;
  birthtime: Date;

  constructor({ kind, mode, size, nlink, atimeMs, mtimeMs, ctimeMs, birthtimeMs }: WireStats) {
    super(kind);
    this.mode = mode;
    this.size = size;
    this.nlink = nlink;
    this.atimeMs = atimeMs;
    this.mtimeMs = mtimeMs;
    this.ctimeMs = ctimeMs;
    this.birthtimeMs = birthtimeMs;
    this.atime = new Date(atimeMs);
    this.mtime = new Date(mtimeMs);
    this.ctime = new Date(ctimeMs);
    this.birthtime = new Date(birthtimeMs);
  }
}

export class Dirent extends Kind {
  name: string;
  parentPath: string;

  constructor(name: string, parentPath: string, kind: string) {
    super(kind);
    this.name = name;
    this.parentPath = parentPath;
  }
}

type Bytes = { readonly buffer: ArrayBuffer; readonly byteOffset: number; readonly byteLength: number };

/** What is written, as it crosses: text as it is, bytes in base64. */
export function wireData(data: unknown, encoding: unknown): { text: string } | { base64: string } {
  if (typeof data === 'string') {
    if (isUtf8(encoding ?? 'utf8')) return { text: data };
    return { base64: Buffer.from(data, encoding as 'latin1').toString('base64') };
  }
  if (!ArrayBuffer.isView(data)) {
    throw argumentError('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
  }
  const { buffer, byteOffset, byteLength } = data as Bytes;
  return { base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

export function isUtf8(encoding: unknown): boolean {
  return typeof encoding === 'string' && /^utf-?8$/i.test(encoding);
}

/** Bytes that have crossed, as the caller wants them. */
export function readData(value: unknown, encoding: unknown): unknown {
  if (isUtf8(encoding)) return value;
  const bytes = Buffer.from(value as string, 'base64');
  return typeof encoding === 'string' && encoding !== 'buffer' ? bytes.toString(encoding as 'latin1') : bytes;
}
