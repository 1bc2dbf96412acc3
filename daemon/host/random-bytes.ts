import { fs } from './node-modules.ts';

/** Where the system gives random bytes as a file; hosts may read it. */
const DEVICE = '/dev/urandom';

let device: number | undefined;

/** As node:crypto has them, which takes half a MiB of a process and is loaded only where there is no other way. */
export function randomBytes(count: number): Buffer {
  try {
    device ??= fs.openSync(DEVICE, 'r');
  } catch {
    return process.getBuiltinModule('node:crypto').randomBytes(count);
  }
  const bytes = Buffer.alloc(count);
  for (let filled = 0; filled < count;) filled += fs.readSync(device, bytes, filled, count - filled, null);
  return bytes;
}
