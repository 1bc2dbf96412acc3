import { MAX_CALL_BYTES } from '../../../shared/ipc/call-messages.ts';
import { ModuleError } from '../denied.ts';

/** Entries that one `rm -r` or `readdir -r` may meet. */
export const MAX_ENTRIES = 100_000;

export function notFound(syscall: string, file: string): ModuleError {
  return new ModuleError('ENOENT', `ENOENT: no such file or directory, ${syscall} '${file}'`, {
    errno: -2,
    syscall,
    path: file,
  });
}

export function tooLarge(size: number, file: string): ModuleError {
  return new ModuleError(
    'ERR_FS_FILE_TOO_LARGE',
    `The file is larger than ${MAX_CALL_BYTES} bytes (${size}), read '${file}'`,
    { path: file },
  );
}

export function tooMany(file: string): ModuleError {
  return new ModuleError('EMFILE', `more than ${MAX_ENTRIES} entries below '${file}'`, { path: file });
}
