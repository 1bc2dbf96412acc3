import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { snapshotName } from '../../shared/ipc/snapshot-name.ts';
import { isBundled, madeFolder, makeFolder } from './made-file.ts';

let made: string | undefined;

/**
 * The file with the script that every guest begins with. The build puts it beside the daemon's bundle, with shorter names;
 * a daemon that runs from its sources makes it itself, and again when a source has changed.
 */
export function guestScript(): string {
  return (made ??= isBundled ? fileURLToPath(new URL('./guest.js', import.meta.url)) : makeGuestScript());
}

/** The snapshot that the build has made of it; where there is none that fits, hosts make it themselves. */
export function guestSnapshot(): string | undefined {
  if (!isBundled) return undefined;
  const file = fileURLToPath(new URL(`./${snapshotName()}`, import.meta.url));
  return existsSync(file) ? file : undefined;
}

function makeGuestScript(): string {
  const { folder, exists } = madeFolder('guest', ['daemon/host/guest']);
  const options = {
    entryPoints: { guest: 'daemon/host/guest/main.ts' },
    bundle: true,
    format: 'iife',
    platform: 'neutral',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
  } as const;
  if (!exists) makeFolder(folder, options);
  return path.join(folder, 'guest.js');
}
