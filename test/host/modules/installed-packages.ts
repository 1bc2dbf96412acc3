import { copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** Puts packages of the project, with what they depend on, into a folder's node_modules: as real files, not as links. */
export async function installPackages(root: string, names: readonly string[]): Promise<void> {
  const all = new Set(names);
  for (const name of all) {
    const text = await readFile(join(modules, name, 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
    for (const dependency of Object.keys(dependencies)) all.add(dependency);
  }
  for (const name of all) await copyPackage(join(modules, name), join(root, 'node_modules', name));
}

async function copyPackage(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  // Declarations and maps are half of what packages hold, and nothing runs them.
  const files = entries.filter((entry) => entry.isFile() && !/\.(?:map|md|d\.[cm]?ts)$/.test(entry.name));
  const paths = files.map(({ name, parentPath }) => join(parentPath.slice(from.length), name));
  for (const folder of new Set(paths.map(dirname))) await mkdir(join(to, folder), { recursive: true });
  // A second name of the same file costs nothing; the system's temporary folder may lie on another disk.
  await Promise.all(
    paths.map((path) => link(join(from, path), join(to, path)).catch(() => copyFile(join(from, path), join(to, path)))),
  );
}
