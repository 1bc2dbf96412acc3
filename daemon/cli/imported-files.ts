import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { guessImports } from '../../shared/ipc/guess-imports.ts';

/** What an ending may be that a specifier leaves out, or has instead: TypeScript imports `./x.js` and means `x.ts`. */
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json'];
/** Enough for a project of one's own; a larger one is watched in part. */
const MAX_FILES = 1000;

/**
 * A file and those that it seems to import from its own folder tree, and they in turn: what is worth watching. The
 * session resolves exactly; a guess too many costs one look at a file, and packages do not change while one works.
 */
export async function importedFiles(entry: string, root: string): Promise<Set<string>> {
  const texts = new Map<string, string>();
  const missing = new Set<string>();
  let todo = [entry];
  while (todo.length > 0 && texts.size < MAX_FILES) {
    const next = new Set<string>();
    for (const file of todo) {
      texts.set(file, (await readText(file)) ?? '');
      for (const paths of imports(file, texts.get(file) ?? '', root)) {
        const there = paths.filter((path) => texts.has(path) || next.has(path) || existsSync(path));
        // Nothing is there yet: what is written to one of these places is it.
        if (there.length === 0) for (const path of paths) missing.add(path);
        for (const path of there) if (!texts.has(path)) next.add(path);
      }
    }
    todo = [...next];
  }
  return new Set([...texts.keys(), ...missing]);
}

/** For each import the places that it can mean. */
function imports(file: string, text: string, root: string): string[][] {
  if (file.endsWith('.json')) return [];
  return guessImports(text).map(({ specifier }) => candidates(specifier, file, root));
}

function candidates(specifier: string, importer: string, root: string): string[] {
  if (!/^(?:\.{1,2})?\//.test(specifier)) return [];
  const path = specifier.startsWith('/') ? join(root, specifier) : resolve(dirname(importer), specifier);
  const asTypeScript = path.replace(/\.([cm]?)js$/, '.$1ts');
  const inFolder = join(path, 'index');
  return [asTypeScript, ...[path, inFolder].flatMap((base) => ENDINGS.map((ending) => base + ending))];
}

/** Undefined where there is no such file. */
async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
