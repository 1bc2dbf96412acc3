import { closeSync, constants, openSync, readSync, writeSync, type BigIntStats } from 'node:fs';
import { MAX_CALL_BYTES } from '../../../shared/ipc/call-messages.ts';
import { ModuleError } from '../denied.ts';
import { tooLarge } from './fs-errors.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** Opens a folder, never through a link, for as long as `use` takes. */
export function inFolder(name: string, use: (folder: string) => void): void {
  const fd = openSync(name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY);
  try {
    use(process.platform === 'linux' ? `/proc/self/fd/${fd}` : name);
  } finally {
    closeSync(fd);
  }
}

/** Throws ModuleError for a folder, a device, a pipe. */
export function requireFile(stats: BigIntStats, file: string): void {
  if (stats.isDirectory())
    throw new ModuleError('EISDIR', `EISDIR: illegal operation on a directory, read '${file}'`, { path: file });
  if (!stats.isFile()) throw new ModuleError('EACCES', `EACCES: '${file}' is no ordinary file`, { path: file });
}

/** All of an open file; throws ModuleError when that is more than a call may give. */
export function readAll(fd: number, size: number, file: string): Buffer {
  if (size > MAX_CALL_BYTES) throw tooLarge(size, file);
  // Some files of the system say that they are empty; others grow while they are read.
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(size - total, 0) + 512);
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return Buffer.concat(chunks);
    total += count;
    if (total > MAX_CALL_BYTES) throw tooLarge(total, file);
    chunks.push(chunk.subarray(0, count));
  }
}

export function writeAll(fd: number, data: Buffer): void {
  for (let at = 0; at < data.length;) at += writeSync(fd, data, at, data.length - at);
}
