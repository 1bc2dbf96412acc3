import { importedFrom, LoadFailure, shortPath } from './load-failure.ts';
import type { Asked } from './module-finder.ts';
import type { HostFile } from './module-table.ts';

/** ES modules may be off in a session. Throws LoadFailure. */
export function checkEsm(
  file: HostFile,
  { referrer, specifier }: Asked,
  { esm, root }: { esm: boolean; root: string },
): void {
  if (esm || file.format !== 'module') return;
  // What is asked for by its own URL is the file that runs: nobody has imported it.
  const by = specifier === file.url ? '' : `, ${importedFrom(referrer, root)},`;
  const what = `ES modules are off in this session, and ${shortPath(file.url, root)}${by} is one`;
  const message = `${what}: set runtime.esm of its template to true, and restart the session`;
  throw new LoadFailure({ name: 'Error', code: 'ERR_ESM_DISABLED', message });
}

/** What an import says the file is. Throws LoadFailure when it is something else. */
export function checkType(file: HostFile, { referrer, specifier, type }: Asked, root: string): void {
  if (type === undefined || type === '' || (type === 'json' && file.format === 'json')) return;
  const from = `'${specifier}' ${importedFrom(referrer, root)}`;
  const isKnown = type === 'json';
  const message = isKnown
    ? `${from} is not JSON`
    : `Import attribute ${type.replace(/^\?/, '')} of ${from} is not supported`;
  const code = isKnown ? 'ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE' : 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED';
  throw new LoadFailure({ name: 'TypeError', code, message });
}
