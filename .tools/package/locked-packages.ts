import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../pinned-node.mjs';
import type { Target } from './targets.ts';

export type LockedPackage = {
  /** Its folder from the project's: `node_modules/a`, or `node_modules/a/node_modules/b`. */
  location: string;
  name: string;
  version: string;
  integrity: string;
};

type LockEntry = {
  version: string;
  integrity: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  os?: string | string[];
  cpu?: string | string[];
};

/** These packages and all that they need on `target`, in the versions of package-lock.json. */
export function lockedPackages(names: readonly string[], target: Target): LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  const found = new Map<string, LockedPackage>();
  const visit = (name: string, from: string): void => {
    const location = locate(name, from, packages);
    const entry = packages[location];
    if (entry === undefined) throw new Error(`package-lock.json has no ${name}`);
    if (found.has(location) || !fits(entry, target)) return;
    found.set(location, { location, name, version: entry.version, integrity: entry.integrity });
    const needed = { ...entry.dependencies, ...entry.optionalDependencies };
    for (const dependency of Object.keys(needed)) visit(dependency, location);
  };
  for (const name of names) visit(name, '');
  return [...found.values()];
}

/** Where Node would find a package: in the folder's own node_modules, else further up. */
function locate(name: string, from: string, packages: Record<string, LockEntry>): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const location = path.posix.join(folder, 'node_modules', name);
    if (location in packages || folder === '') return location;
  }
}

function fits({ os, cpu }: LockEntry, { platform, arch }: Target): boolean {
  const allows = (list: string | string[] | undefined, value: string): boolean =>
    list === undefined || [list].flat().includes(value);
  return allows(os, platform) && allows(cpu, arch);
}
