import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { ModuleFailure } from '../../shared/ipc/module-messages.ts';
import { isInside } from './inside.ts';
import { importedFrom, moduleFailure, notFound } from './module-failure.ts';
import { resolveExports, resolveImports, type PackageTarget } from './package-exports.ts';
import { resolveFile } from './resolve-file.ts';
import { folderOf, type Resolved, type Resolving } from './resolving.ts';
import type { PackageScope } from './worktree-reader.ts';

/** What Node matches in `exports` and `imports`; packages that offer a build for Node get the one that they test most. */
const CONDITIONS = {
  import: new Set(['import', 'module-sync', 'node']),
  require: new Set(['require', 'module-sync', 'node']),
} as const;

type Found = { path: string } | { failure: ModuleFailure };

/** Finds `name/sub/path` by Node's rules, in the worktree's node_modules. Undefined when no such package is there. */
export async function resolvePackage(resolving: Resolving): Promise<Found | undefined> {
  const { reader, wish } = resolving;
  const parts = /^((?:@[^/\\%]+\/)?[^./\\%@][^/\\%]*)(\/.*)?$/.exec(wish.specifier);
  if (parts === null) return undefined;
  const [, name = '', rest = ''] = parts;
  const self = await reader.scopeOf(folderOf(resolving));
  if (self?.json['name'] === name && hasExports(self)) return exported(resolving, self, rest);
  for (let folder = folderOf(resolving); isInside(reader.root, folder); folder = dirname(folder)) {
    if (!folder.endsWith('node_modules')) {
      const found = await inFolder(resolving, join(folder, 'node_modules', name), rest);
      if (found !== undefined) return found;
    }
    if (folder === reader.root) break;
  }
  return undefined;
}

/** Finds `#name` in the `imports` of the importing file's package; other packages' names go to `resolveBare`. */
export async function resolvePackageImport(
  resolving: Resolving,
  resolveBare: (resolving: Resolving) => Promise<Resolved>,
): Promise<Resolved> {
  const { reader, wish } = resolving;
  const scope = await reader.scopeOf(folderOf(resolving));
  const target = resolveImports(scope?.json['imports'], wish.specifier, CONDITIONS[wish.kind]);
  if ('specifier' in target && isBuiltin(target.specifier)) return { builtin: target.specifier };
  if ('specifier' in target) return resolveBare({ ...resolving, wish: { ...wish, specifier: target.specifier } });
  const where = scope === undefined ? 'there is no package.json' : shownPackage(resolving, scope);
  if ('why' in target) {
    const what = `Package import '${wish.specifier}' is not defined in "imports" (${where})`;
    return moduleFailure('ERR_PACKAGE_IMPORT_NOT_DEFINED', `${what}, ${importedFrom(wish, reader.root)}`);
  }
  const found = await atTarget(resolving, join(scope?.folder ?? reader.root, target.path), wish.specifier);
  return 'failure' in found ? found : { ...found, suffix: '' };
}

async function inFolder(resolving: Resolving, folder: string, rest: string): Promise<Found | undefined> {
  const { reader } = resolving;
  if ((await reader.kind(folder)) !== 'folder') return undefined;
  const scope = await reader.package(folder);
  if (scope?.invalid !== undefined) {
    const what = `Invalid ${shownPackage(resolving, scope)}: ${scope.invalid}`;
    return moduleFailure('ERR_INVALID_PACKAGE_CONFIG', `${what}, ${importedFrom(resolving.wish, reader.root)}`);
  }
  if (scope !== undefined && hasExports(scope)) return exported(resolving, scope, rest);
  const path = await resolveFile(resolving, rest === '' ? `${folder}/` : join(folder, rest));
  return path === undefined ? undefined : { path };
}

async function exported(resolving: Resolving, scope: PackageScope, rest: string): Promise<Found> {
  const { reader, wish } = resolving;
  const target = resolveExports(scope.json['exports'], `.${rest}`, CONDITIONS[wish.kind]);
  if ('path' in target) return atTarget(resolving, join(scope.folder, target.path), wish.specifier);
  const what = refusal(target, rest, shownPackage(resolving, scope), wish.kind);
  return moduleFailure('ERR_PACKAGE_PATH_NOT_EXPORTED', `${what}, ${importedFrom(wish, reader.root)}`);
}

function refusal(target: PackageTarget, rest: string, where: string, kind: string): string {
  if ('why' in target && target.why === 'invalid')
    return `Invalid target '${target.target ?? ''}' in "exports" of ${where}`;
  if (rest === '') return `No "exports" main for ${kind} is defined in ${where}`;
  return `Package subpath '.${rest}' is not defined by "exports" for ${kind} in ${where}`;
}

/** What a package.json points to must be there as it stands: no extension is tried. */
async function atTarget({ reader, wish }: Resolving, path: string, specifier: string): Promise<Found> {
  if ((await reader.kind(path)) === 'file') return { path };
  const missing = relative(reader.root, path).replaceAll('\\', '/');
  return notFound(`module '${specifier}'`, wish, reader.root, `: its package points to ${missing}, which is not there`);
}

function hasExports({ json }: PackageScope): boolean {
  return json['exports'] !== undefined && json['exports'] !== null;
}

function shownPackage({ reader }: Resolving, { folder }: PackageScope): string {
  return relative(reader.root, join(folder, 'package.json')).replaceAll('\\', '/');
}
