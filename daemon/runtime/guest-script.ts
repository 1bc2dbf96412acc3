import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { buildSync } from 'esbuild';

let made: string | undefined;

/**
 * The file with the script that every guest begins with. The build puts it beside the daemon's bundle; a daemon that runs
 * from its sources makes it itself, and again when a source has changed.
 */
export function guestScript(): string {
  const bundled = !import.meta.url.endsWith('.ts');
  return (made ??= bundled ? fileURLToPath(new URL('./guest.js', import.meta.url)) : makeGuestScript());
}

function makeGuestScript(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = path.join(root, 'daemon/host/guest');
  const cache = path.join(root, 'node_modules/.cache/vm-system');
  const file = path.join(cache, `guest-${sourceHash(folder)}.js`);
  if (existsSync(file)) return file;
  const require = createRequire(import.meta.url);
  const esbuild = require('esbuild') as { buildSync: typeof buildSync };
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [path.join(folder, 'main.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
  });
  mkdirSync(cache, { recursive: true });
  // Others may be making the same file: whoever comes last replaces it by the same text.
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, outputFiles[0]?.contents ?? '');
  renameSync(temporary, file);
  return file;
}

function sourceHash(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  for (const name of files.sort()) hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
