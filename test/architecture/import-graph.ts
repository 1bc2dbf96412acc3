import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What each file imports, both as paths from the project's root (`daemon/host/main.ts`); packages keep their name (`node:fs`). */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads every TypeScript file below `folders`; folders that do not exist are empty. */
export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(root)
      .filter((name) => name === folder)
      .flatMap((name) => readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' }))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.posix.join(folder, file.replaceAll('\\', '/'))),
  );
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(path.join(root, file), 'utf8'))]));
}

/** All that `text` imports: type imports, re-exports, `import()` in code and in types, and `require()` count alike. */
export function importsOf(file: string, text: string): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  const targets = importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? path.posix.join(path.posix.dirname(file), fileName) : fileName,
  );
  return [...new Set(targets)];
}

/** Every cycle once, as the list of its files; the first of them is the one found first. */
export function findCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (file: string): void => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.push(trail.slice(start));
    if (start >= 0 || done.has(file)) return;
    trail.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    trail.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}
