import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The environment by which Node finds the compiled code of the daemon: the package brings some, which is the user's own
 * from now on, and each daemon that ends brings it up to date. Where there is none, starting takes a little longer.
 *
 * @param folder where the extension is installed
 */
export function compiledCode(folder: string): NodeJS.ProcessEnv {
  const cache = join(folder, 'dist', '.cache');
  try {
    adopt(cache);
  } catch {
    // Not ours to write, or another window was faster: Node makes do with what there is.
  }
  return { NODE_COMPILE_CACHE: cache, NODE_COMPILE_CACHE_PORTABLE: '1' };
}

/** Node looks in a folder that ends with the number of the user; the package's was made by another. */
function adopt(cache: string): void {
  const user = process.getuid?.();
  if (user === undefined || !existsSync(cache)) return;
  const names = readdirSync(cache);
  const packed = names.find((name) => /-\d+$/.test(name));
  if (packed === undefined || names.some((name) => name.endsWith(`-${user}`))) return;
  renameSync(join(cache, packed), join(cache, packed.replace(/\d+$/, String(user))));
}
