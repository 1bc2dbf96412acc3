import { constants } from 'node:fs';
import { MAX_CALL_BYTES } from '../../../shared/ipc/call-messages.ts';
import { ModuleError, wrongType } from '../denied.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;

export type Options = Readonly<Record<string, unknown>>;

/** A path. Throws ModuleError. */
export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'of type string');
  if (value === '') throw new ModuleError('ENOENT', `ENOENT: no such file or directory, open ''`, { path: '' });
  if (value.length > 4096) throw new ModuleError('ENAMETOOLONG', 'ENAMETOOLONG: name too long');
  return value;
}

/** What is to be written. Throws ModuleError. */
export function bytes(value: unknown): Buffer {
  const { text, base64 } = options(value);
  if (typeof text !== 'string' && typeof base64 !== 'string') throw wrongType('data', 'of type string or bytes');
  const data = typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(base64 as string, 'base64');
  if (data.length > MAX_CALL_BYTES)
    throw new ModuleError('ERR_FS_FILE_TOO_LARGE', `One call may write ${MAX_CALL_BYTES} bytes`);
  return data;
}

export function options(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {};
}

/** A whole number from 0 on, or the fallback. */
export function number(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fallback;
}

/** The flags of Node's `open` that write. Throws ModuleError for others. */
export function flagsOf(flag: unknown): number {
  switch (flag) {
    case 'w': return O_WRONLY | O_CREAT;
    case 'wx': return O_WRONLY | O_CREAT | O_EXCL;
    case 'a': return O_WRONLY | O_CREAT | O_APPEND;
    case 'ax': return O_WRONLY | O_CREAT | O_APPEND | O_EXCL;
    case 'r+': return O_WRONLY;
    default: throw new ModuleError('ERR_INVALID_ARG_VALUE', `The flag ${String(flag)} is not known`, { name: 'TypeError' });
  } // prettier-ignore
}
