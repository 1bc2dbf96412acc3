import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { buildSync, BuildOptions } from 'esbuild';

/** Whether the daemon runs from its bundle: then the build has made all there is to make. */
export const isBundled = !import.meta.url.endsWith('.ts');
/** The project, of a daemon that runs from its sources. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

const cache = path.join(projectRoot, 'node_modules/.cache/vm-system');

/** A folder for what is made of these sources, and whether it is there already: then it is complete. */
export function madeFolder(name: string, sources: readonly string[]): { folder: string; exists: boolean } {
  const folder = path.join(cache, `${name}-${hashOf(sources)}`);
  return { folder, exists: existsSync(folder) };
}

/** Bundles into a folder that is not there yet, all at once: it exists only when it is complete. */
export function makeFolder(folder: string, options: BuildOptions): void {
  const temporary = `${folder}.${process.pid}.tmp`;
  const require = createRequire(import.meta.url);
  const esbuild = require('esbuild') as { buildSync: typeof buildSync };
  const { outputFiles } = esbuild.buildSync({
    ...options,
    absWorkingDir: projectRoot,
    outdir: temporary,
    write: false,
  });
  mkdirSync(temporary, { recursive: true });
  for (const { path: file, contents } of outputFiles) writeFileSync(file, contents);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Others may be making the same.
    if (!existsSync(folder)) throw error;
  }
}

/** Of files and of the TypeScript in folders. */
function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const start = path.join(projectRoot, source);
    const isFolder = path.extname(start) === '';
    const inside = isFolder ? readdirSync(start, { recursive: true, encoding: 'utf8' }).sort() : [''];
    for (const name of inside.filter((file) => !isFolder || /\.(?:ts|json)$/.test(file))) {
      hash.update(name).update(readFileSync(path.join(start, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
