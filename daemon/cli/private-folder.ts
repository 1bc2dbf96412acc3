import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultDataDirectory, ensureDataDirectory } from '../data-directory.ts';

/** A data directory, made if need be and checked, in its one true spelling: two names of a folder must not have two daemons. */
export function privateFolder(given: string | undefined): string {
  const path = resolve(given ?? defaultDataDirectory());
  ensureDataDirectory(path);
  return realpathSync(path);
}
