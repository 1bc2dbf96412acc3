import { hash } from 'node:crypto';
import { join } from 'node:path';
import { ensurePrivateFolder, requirePrivate } from './private-path.ts';

/** The shortest that any system takes (macOS: 104 with the zero at the end); Linux would take 108. */
const MAX_SOCKET_PATH = 103;

/**
 * Where the daemon of a data directory listens. In the directory itself; where that makes too long a path, in a private
 * folder of this user with a short one, made here and checked for its owner. Throws OwnershipError.
 * @param dataDirectory absolute, private to this user
 */
export function socketPath(dataDirectory: string): string {
  const name = hash('sha256', dataDirectory, 'hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\vm-system-${name}`;
  const path = join(dataDirectory, 'daemon.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  return join(shortFolder(), `${name}.sock`);
}

/** Only paths of our own making or of the system's login: what TMPDIR says may be long itself. */
function shortFolder(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const folder =
    runtime !== undefined && runtime.startsWith('/') && runtime.length < 60 && isPrivate(runtime)
      ? join(runtime, 'vm-system')
      : `/tmp/vm-system-${process.getuid?.() ?? 0}`;
  ensurePrivateFolder(folder);
  return folder;
}

function isPrivate(folder: string): boolean {
  try {
    return requirePrivate(folder, 'folder') !== undefined;
  } catch {
    return false;
  }
}
