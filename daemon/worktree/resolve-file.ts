import { join, sep } from 'node:path';
import type { Resolving } from './resolving.ts';

/** In packages Node's own rule holds, whatever the settings say about the worktree's own code. */
const PACKAGE_EXTENSIONS = ['.js', '.json', '.cjs', '.mjs'];
/** TypeScript imports by the name that a compiled file would have. */
const TYPESCRIPT_NAMES: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' };

/**
 * The file that an absolute path means: itself, with one of the extensions, or as a folder by its package.json's `main`
 * or its index. A path that ends with a separator is a folder. Undefined when there is none.
 */
export async function resolveFile(resolving: Resolving, path: string): Promise<string | undefined> {
  const { reader } = resolving;
  if (path.endsWith(sep)) return resolveFolder(resolving, path.slice(0, -1));
  const kind = await reader.kind(path);
  if (kind === 'file') return path;
  const candidates = [...typescriptNames(resolving, path), ...withExtensions(resolving, path)];
  return (await firstFile(resolving, candidates)) ?? (kind === 'folder' ? resolveFolder(resolving, path) : undefined);
}

async function resolveFolder(resolving: Resolving, folder: string): Promise<string | undefined> {
  if ((await resolving.reader.kind(folder)) !== 'folder') return undefined;
  const main = (await resolving.reader.package(folder))?.json['main'];
  if (typeof main === 'string' && main !== '') {
    const target = join(folder, main);
    const index = withExtensions(resolving, join(target, 'index'));
    const found = await firstFile(resolving, [target, ...withExtensions(resolving, target), ...index]);
    if (found !== undefined) return found;
  }
  return firstFile(resolving, withExtensions(resolving, join(folder, 'index')));
}

async function firstFile({ reader }: Resolving, candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    if ((await reader.kind(candidate)) === 'file') return candidate;
  }
  return undefined;
}

function withExtensions({ settings }: Resolving, path: string): string[] {
  const extensions = path.split(sep).includes('node_modules') ? PACKAGE_EXTENSIONS : settings.extensions;
  return extensions.map((extension) => path + extension);
}

function typescriptNames({ wish }: Resolving, path: string): string[] {
  const extension = /\.[cm]?js$/.exec(path)?.[0];
  if (extension === undefined || !/\.[cm]?ts(?:$|[?#])/.test(wish.referrer)) return [];
  return [path.slice(0, -extension.length) + (TYPESCRIPT_NAMES[extension] ?? '')];
}
