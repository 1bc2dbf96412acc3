import { isAbsolute, relative, sep } from 'node:path';

/** A name that is not a name: empty, `.` or `..`, which leads elsewhere than it says. */
const ODD_NAME = /[\\/]\.{0,2}(?:[\\/]|$)/;

/** Whether an absolute path is the folder itself or lies below it. A question about names: no file system is asked. */
export function isInside(folder: string, path: string): boolean {
  // Asked several times for each import, nearly always of such a path.
  if (path.startsWith(folder) && path[folder.length] === sep && !ODD_NAME.test(path.slice(folder.length))) return true;
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
