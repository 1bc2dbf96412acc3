import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { isBundled, madeFolder, makeFolder, projectRoot } from './made-file.ts';

const SOURCES = 'daemon/host/built-ins';

let made: string | undefined;

/**
 * What the names of the files with Node's built-ins for guests begin with: `NAME.js` comes after it. As with the guest's
 * script, they lie beside the daemon's bundle, or are made from the sources.
 */
export function builtInTexts(): string {
  return (made ??= isBundled ? fileURLToPath(new URL('./built-in.', import.meta.url)) : makeTexts());
}

function makeTexts(): string {
  // The packages in them are known by the lock file.
  const { folder, exists } = madeFolder('built-ins', [SOURCES, 'package-lock.json']);
  if (!exists) makeFolder(folder, { ...options(), entryNames: 'built-in.[name]' });
  return path.join(folder, 'built-in.');
}

/** `.tools/bundle.mjs` uses the same. */
function options(): BuildOptions {
  const folder = path.join(projectRoot, SOURCES);
  const given = JSON.parse(readFileSync(path.join(folder, 'esbuild.json'), 'utf8')) as BuildOptions;
  const entries = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return { ...given, entryPoints: entries.map((name) => path.join(folder, name)) };
}
