import { join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MAX_SPECIFIER_CHARS } from '../../shared/ipc/module-messages.ts';
import { isInside } from './inside.ts';
import { importedFrom, moduleFailure, notFound } from './module-failure.ts';
import { resolveFile } from './resolve-file.ts';
import { resolvePackage, resolvePackageImport } from './resolve-package.ts';
import { folderOf, type Resolved, type Resolving } from './resolving.ts';

/**
 * Finds the file that a specifier means: relative ones from the importing file, "/x" from the worktree, packages by
 * Node's rules, other bare ones in the settings' roots. Whether it may be read is decided when it is opened.
 */
export async function resolveModule(resolving: Resolving): Promise<Resolved> {
  const { reader, wish } = resolving;
  const { specifier } = wish;
  if (specifier === '' || specifier.length > MAX_SPECIFIER_CHARS || specifier.includes('\0')) {
    return invalid(resolving, 'is not a module specifier');
  }
  if (!isInside(reader.root, folderOf(resolving))) return invalid(resolving, 'comes from outside the worktree');
  if (/^[a-z][a-z\d+.-]+:/i.test(specifier)) return resolveUrl(resolving);
  if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..') return resolvePath(resolving);
  if (specifier.startsWith('#')) return resolvePackageImport(resolving, resolveBare);
  return resolveBare(resolving);
}

async function resolveUrl(resolving: Resolving): Promise<Resolved> {
  const { specifier } = resolving.wish;
  if (/^file:\/\//i.test(specifier)) return atUrl(resolving, specifier);
  const scheme = specifier.slice(0, specifier.indexOf(':') + 1);
  const what = `Only files can be imported, not ${scheme} URLs: '${specifier}' ${importedFromOf(resolving)}`;
  return moduleFailure('ERR_UNSUPPORTED_ESM_URL_SCHEME', what);
}

function resolvePath(resolving: Resolving): Promise<Resolved> | Resolved {
  const { reader, settings, wish } = resolving;
  const { kind, specifier } = wish;
  const folder = folderOf(resolving);
  if (!specifier.startsWith('/')) {
    // An import's specifier is a URL in Node, with escapes and perhaps a query; require's is a plain path.
    if (kind === 'import') return atUrl(resolving, specifier, `${pathToFileURL(folder).href}/`);
    const wantsFolder = /(?:^|\/)\.{0,2}\/?$/.test(specifier);
    return atPath(resolving, wantsFolder ? `${resolve(folder, specifier)}${sep}` : resolve(folder, specifier));
  }
  // What __dirname and import.meta.dirname are put together to is absolute as well.
  if (isInside(reader.root, specifier)) return atPath(resolving, specifier);
  if (settings.allow_absolute_repo_imports) return atPath(resolving, join(reader.root, specifier));
  const what = `'${specifier}' ${importedFromOf(resolving)} is absolute, and resolver.allow_absolute_repo_imports is off`;
  return moduleFailure('ERR_INVALID_MODULE_SPECIFIER', what);
}

async function atUrl(resolving: Resolving, specifier: string, base?: string): Promise<Resolved> {
  try {
    const url = new URL(specifier, base);
    return await atPath(resolving, fileURLToPath(url), `${url.search}${url.hash}`);
  } catch {
    return invalid(resolving, 'is not a valid URL of a file');
  }
}

async function atPath(resolving: Resolving, path: string, suffix = ''): Promise<Resolved> {
  const { reader, wish } = resolving;
  if (!isInside(reader.root, resolve(path))) return outside(resolving);
  const found = await resolveFile(resolving, path);
  return found === undefined ? notFound(`module '${wish.specifier}'`, wish, reader.root) : { path: found, suffix };
}

async function resolveBare(resolving: Resolving): Promise<Resolved> {
  const { reader, settings, wish } = resolving;
  const inPackage = await resolvePackage(resolving);
  if (inPackage !== undefined) return 'failure' in inPackage ? inPackage : { ...inPackage, suffix: '' };
  // Packages mean packages: the roots are for the worktree's own code.
  if (!folderOf(resolving).split(sep).includes('node_modules')) {
    for (const root of settings.roots) {
      const candidate = join(reader.root, root, wish.specifier);
      const found = isInside(reader.root, candidate) ? await resolveFile(resolving, candidate) : undefined;
      if (found !== undefined) return { path: found, suffix: '' };
    }
  }
  return notFound(`package '${wish.specifier}'`, wish, reader.root, hintFor(resolving));
}

function hintFor({ settings, wish }: Resolving): string {
  if (!/^(?:@[^/]+\/)?[^/]+$/.test(wish.specifier)) return '';
  const roots = settings.roots.map((root) => `"${root}"`).join(', ');
  const library = "nor a library of the session's template (vm-system template add-library)";
  return `: it is neither in a node_modules folder of the worktree, nor a file in the resolver's roots (${roots}), ${library}`;
}

function invalid(resolving: Resolving, problem: string): Resolved {
  const shown = JSON.stringify(resolving.wish.specifier.slice(0, 200));
  return moduleFailure('ERR_INVALID_MODULE_SPECIFIER', `${shown} ${importedFromOf(resolving)} ${problem}`);
}

function outside(resolving: Resolving): Resolved {
  const { specifier } = resolving.wish;
  return moduleFailure('ERR_ACCESS_DENIED', `'${specifier}' ${importedFromOf(resolving)} lies outside the worktree`);
}

function importedFromOf({ reader, wish }: Resolving): string {
  return isInside(reader.root, wish.referrer === '' ? reader.root : fileURLToPath(wish.referrer))
    ? importedFrom(wish, reader.root)
    : 'imported from outside the worktree';
}
