import { dirname, extname, relative } from 'node:path';
import type { ModuleFailure, ModuleFormat, ModuleWish } from '../../shared/ipc/module-messages.ts';
import { importedFrom, moduleFailure, notFound } from './module-failure.ts';
import type { OpenRefusal } from './open-inside.ts';
import type { SourceText } from './source-cache.ts';
import type { StripTypes } from './type-stripper.ts';
import type { WorktreeReader } from './worktree-reader.ts';

/** A module's file, ready to be handed out. `path` is the real one. */
export type ModuleSource = { path: string; format: ModuleFormat; source: string; content: SourceText };

const FORMATS: Readonly<Record<string, ModuleFormat>> = {
  '.mjs': 'module',
  '.mts': 'module',
  '.cjs': 'commonjs',
  '.cts': 'commonjs',
  '.json': 'json',
};
/** What Node, too, loads as something else than a module's text, or not at all. */
const REFUSED: ReadonlySet<string> = new Set(['.node', '.wasm', '.jsx', '.tsx', '.css', '.html']);

/** Reads what was resolved, decides what it is by extension and package type, and strips TypeScript's types. */
export async function readModule(
  reader: WorktreeReader,
  path: string,
  wish: ModuleWish,
  stripTypes: StripTypes,
): Promise<ModuleSource | { failure: ModuleFailure }> {
  const file = await reader.read(path);
  if ('refusal' in file) return unreadable(file.refusal, wish, reader.root);
  const extension = extname(file.path);
  const shown = relative(reader.root, file.path).replaceAll('\\', '/');
  if (REFUSED.has(extension)) {
    const what = `Unknown file extension "${extension}" for ${shown}`;
    return moduleFailure('ERR_UNKNOWN_FILE_EXTENSION', `${what}, ${importedFrom(wish, reader.root)}`);
  }
  const format = FORMATS[extension] ?? (await formatByPackage(reader, file.path));
  const { content } = file;
  if (!/^\.[cm]?ts$/.test(extension)) return { path: file.path, format, source: content.source, content };
  if (content.stripped === undefined) {
    const stripped = await stripTypes(content.source, shown);
    if ('failure' in stripped) return stripped;
    content.stripped = stripped.source;
  }
  return { path: file.path, format, source: content.stripped, content };
}

/** Node's rule: `"type": "module"` says so for every .js file below; without it the syntax decides. */
async function formatByPackage(reader: WorktreeReader, path: string): Promise<ModuleFormat> {
  const scope = await reader.scopeOf(dirname(path));
  return scope?.json['type'] === 'module' ? 'module' : 'detect';
}

function unreadable({ why, code, size }: OpenRefusal, wish: ModuleWish, root: string): { failure: ModuleFailure } {
  const what = `'${wish.specifier}' ${importedFrom(wish, root)}`;
  switch (why) {
    case 'missing':
      return notFound(`module '${wish.specifier}'`, wish, root);
    case 'outside':
      return moduleFailure('ERR_ACCESS_DENIED', `${what} leads outside the worktree`);
    case 'not_a_file':
      return moduleFailure('ERR_ACCESS_DENIED', `${what} is not a file`);
    case 'unreadable':
      return moduleFailure('ERR_ACCESS_DENIED', `${what} cannot be read (${code ?? 'unknown'})`);
    case 'too_large':
      return moduleFailure('ERR_LOAD_FAILED', `${what} is too large for a module (${size ?? 0} bytes)`);
  }
}
