import type { ModuleWish } from '../../../shared/ipc/module-messages.ts';
import type { Answer, ModuleEntry } from '../guest/modules/module-record.ts';
import { prepareCommonJsLexer } from './cjs-names.ts';
import { badImportOf } from './import-syntax.ts';
import { importedFrom, LoadFailure } from './load-failure.ts';
import { checkEsm, checkType } from './module-checks.ts';
import type { Asked, Found, ModuleFinder } from './module-finder.ts';
import { allNames, lacksText, lexedOf, namesOf, takeText, type HostFile } from './module-table.ts';
import { entryOf, refusalOf, unknownModule } from './special-entry.ts';

/** ES modules with everything that they import. */
export class ModuleGraph {
  readonly #finder: ModuleFinder;
  readonly #options: { esm: boolean; root: string };

  constructor(finder: ModuleFinder, options: { esm: boolean; root: string }) {
    this.#finder = finder;
    this.#options = options;
  }

  /** Hands over an ES module, or a module that one imports, with everything that has to be linked with it. */
  async give(answer: Answer, root: HostFile, asked: Asked): Promise<void> {
    const graph = new Map<string, { file: HostFile; imports: [string, string][] }>();
    const specials = new Map<string, ModuleEntry>();
    for (let todo = new Set([root]); todo.size > 0;) {
      const files = [...todo].filter(({ url }) => !graph.has(url));
      todo = new Set();
      const missing = files.filter(lacksText);
      if (missing.length > 0) await this.#finder.load({ wishes: [], again: missing.map(({ url }) => url) });
      for (const file of files) {
        checkEsm(file, asked, this.#options);
        graph.set(file.url, { file, imports: [] });
      }
      for (const [{ file, specifier }, found] of await this.#importsOf(files)) {
        const failure = found instanceof LoadFailure ? found : refusalOf(found, file.url, this.#options.root);
        if (failure !== undefined) throw (await badImportOf(file, this.#options.root)) ?? failure;
        if (found instanceof LoadFailure) continue;
        const imports = graph.get(file.url)?.imports;
        if ('special' in found) {
          const entry = entryOf(found.special, { kind: 'import', referrer: file.url, specifier }, this.#options.root);
          specials.set(entry.url, entry);
          imports?.push([asV8Says(specifier), entry.url]);
        } else {
          this.#finder.table.imported(file.url, found.file);
          imports?.push([asV8Says(specifier), found.file.url]);
          todo.add(found.file);
        }
      }
    }
    await this.#learnNames([...graph.values()].map(({ file }) => file));
    for (const { file } of graph.values()) {
      if (file.format !== 'commonjs' || file.areNamesTold) continue;
      answer.names.push([file.url, allNames(file)]);
      file.areNamesTold = true;
    }
    const entries = [...graph.values()].filter(({ file }) => !file.given);
    answer.entries.push(...specials.values(), ...entries.map(({ file, imports }) => handOver(file, imports)));
  }

  /** What ES modules import statically, in the order of their texts. */
  async #importsOf(
    files: readonly HostFile[],
  ): Promise<[{ file: HostFile; specifier: string }, Found | LoadFailure][]> {
    const wishes = files.flatMap((file) => this.#staticImports(file).map((asked) => ({ file, asked })));
    const known = wishes.map(({ asked }) => this.#finder.known(asked));
    const unknown = wishes.filter((_, index) => known[index] === undefined);
    const asked = unknown.map(({ asked: { kind, referrer, specifier } }) => ({ kind, referrer, specifier }));
    const answers = unknown.length === 0 ? [] : await this.#finder.findAll(asked);
    return wishes.map(({ file, asked: each }, index) => {
      const found = known[index] ?? answers.shift() ?? unknownModule(each.specifier);
      if ('file' in found) checkType(found.file, each, this.#options.root);
      return [{ file, specifier: each.specifier }, found];
    });
  }

  #staticImports(file: HostFile): Asked[] {
    if (file.format !== 'module') return [];
    const { imports, refusal } = lexedOf(file);
    if (refusal !== undefined) {
      const message = `${refusal}, ${importedFrom(file.url, this.#options.root)}`;
      throw new LoadFailure({ name: 'SyntaxError', code: 'ERR_UNSUPPORTED_IMPORT', message });
    }
    return imports.map(({ specifier, type }) => ({ kind: 'import', referrer: file.url, specifier, type }));
  }

  /** Export names of CommonJS, with those that it passes on from others. */
  async #learnNames(files: readonly HostFile[]): Promise<void> {
    if (files.some(({ format }) => format === 'commonjs')) await prepareCommonJsLexer();
    for (let todo = files.filter(({ format }) => format === 'commonjs'); todo.length > 0;) {
      const unread = todo.filter(({ names, source }) => names === undefined && source === undefined);
      if (unread.length > 0) await this.#finder.load({ wishes: [], again: unread.map(({ url }) => url) });
      const passing = todo.filter((file) => file.passedOn === undefined);
      const wishes = passing.flatMap((file) => {
        file.passedOn = [];
        return namesOf(file).reexports.map((specifier): ModuleWish => ({
          kind: 'require',
          referrer: file.url,
          specifier,
        }));
      });
      const real = wishes.filter(({ specifier }) => this.#finder.special(specifier) === undefined);
      const found = real.length === 0 ? [] : await this.#finder.findAll(real);
      todo = [];
      for (const [index, each] of found.entries()) {
        if (!('file' in each) || each.file.format !== 'commonjs') continue;
        this.#finder.table.get(real[index]?.referrer ?? '')?.passedOn?.push(each.file);
        todo.push(each.file);
      }
    }
  }
}

/** The file as the guest gets it, once. */
export function handOver(file: HostFile, imports: [string, string][]): ModuleEntry {
  const { url, path, format } = file;
  const usesImport = format === 'module' ? lexedOf(file).usesImport : file.mentionsModules;
  const code = format === 'commonjs' ? undefined : takeText(file);
  file.given = true;
  return { url, path, format, code, imports, names: [], usesImport, isOurs: false };
}

/** isolated-vm hands a specifier over byte by byte of its UTF-8, each as a character of its own. */
function asV8Says(specifier: string): string {
  return Buffer.from(specifier, 'utf8').toString('latin1');
}
