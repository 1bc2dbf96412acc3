import { lacksText, type HostFile, type ModuleTable } from './module-table.ts';

/** Compiling stops here; what lies beyond is compiled when it is required. */
const MAX_COMPILED_FILES = 256;
const MAX_COMPILED_CHARS = 1024 * 1024;

/** What a guest would ask for one by one, each time with its thread asleep: known before it asks. */
export type RequiredAhead = { files: HostFile[]; links: [referrer: string, specifier: string, url: string][] };

/**
 * The CommonJS and JSON that a file seems to require, and what that requires in turn; with what the script that asks for
 * it seems to require beside it. A `require` in a comment costs a file too many in the isolate, and nothing runs that is
 * not required.
 */
export function requiredAhead(table: ModuleTable, root: HostFile, referrer: string): RequiredAhead {
  const files = new Set([root]);
  const links: RequiredAhead['links'] = [];
  const follow = (url: string, required: ReturnType<ModuleTable['requiredBy']>): void => {
    for (const [specifier, target] of required) {
      if (target.format === 'module' || (!target.given && lacksText(target))) continue;
      table.imported(url, target);
      links.push([url, specifier, target.url]);
      if (!target.given) files.add(target);
    }
  };
  follow(referrer, table.requiredByScript(referrer));
  for (const file of files) if (file.format === 'commonjs') follow(file.url, table.requiredBy(file));
  files.delete(root);
  return { files: [...files], links };
}

/** CommonJS that a file seems to require, and that in turn, and whose text is here and not compiled yet. */
export function compiledAhead(table: ModuleTable, url: string): HostFile[] {
  const root = table.get(url);
  const files = new Set(root === undefined ? [] : [root]);
  let chars = 0;
  for (const file of files) {
    for (const [, target] of table.requiredBy(file)) {
      if (target.format !== 'commonjs' || !target.given || target.source === undefined || files.has(target)) continue;
      chars += target.source.length;
      if (chars > MAX_COMPILED_CHARS || files.size > MAX_COMPILED_FILES) return [...files].slice(1);
      files.add(target);
    }
  }
  return [...files].slice(1);
}
