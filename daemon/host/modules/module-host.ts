import { guessImports } from '../../../shared/ipc/guess-imports.ts';
import type { ImportKind, LoadReply, LoadRequest, ModuleWish } from '../../../shared/ipc/module-messages.ts';
import { missingHostModule, specialModule, type BuiltInModules, type SpecialModule } from './built-ins.ts';
import type { Answer, ModuleEntry, Question } from '../guest/modules/module-record.ts';
import { prepareCommonJsLexer } from './cjs-names.ts';
import { FirstLook } from './first-look.ts';
import { badImportOf } from './import-syntax.ts';
import { mentionsModules, prepareLexer } from './lex-source.ts';
import { importedFrom, isFailure, LoadFailure, LoadStopped, toLoadFailure, type DeniedModule } from './load-failure.ts';
import { entryOf, refusalOf, refused, unknownModule } from './special-entry.ts';
import { compiledAhead, requiredAhead } from './require-ahead.ts';
import { allNames, lacksText, lexedOf, ModuleTable, namesOf, takeText, type HostFile } from './module-table.ts';

export type ModuleHostOptions = {
  /** Asks the daemon. */
  load: (request: Omit<LoadRequest, 'id'>) => Promise<LoadReply>;
  builtIns: BuiltInModules;
  /** Told of each module that the template does not allow. */
  onDenied: (denied: DeniedModule) => void;
  /** The setting of that name. */
  esm: boolean;
  /** Real path of the worktree. */
  root: string;
};

/** More than this a script hardly asks for before anything else. */
const MAX_FORESEEN = 100;

/** What a specifier was found to mean. */
type Found = { file: HostFile; special?: never } | { special: SpecialModule };
type Asked = { kind: ImportKind; referrer: string; specifier: string; type: string | undefined };

/** The host's side of a session's modules: answers the guest's questions, with the daemon's help. */
export class ModuleHost {
  readonly #options: ModuleHostOptions;
  readonly #table: ModuleTable;
  readonly #firstLook: FirstLook;
  #stops = 0;

  constructor(options: ModuleHostOptions) {
    this.#options = options;
    const { access } = options.builtIns;
    this.#table = new ModuleTable((specifier) => specialModule(specifier, access) !== undefined);
    this.#firstLook = new FirstLook(this.#table, (request, onChanged) => this.#load(request, onChanged));
  }

  /** An execution begins. */
  begin(): void {
    this.#firstLook.begin();
  }

  /** The execution runs this file as a module. */
  setEntry(url: string): void {
    this.#firstLook.renew(url);
    this.#foresee([{ kind: 'import', referrer: '', specifier: url }]);
  }

  /** The execution runs this file as a script. */
  setScript(url: string, text: string): void {
    const { access } = this.#options.builtIns;
    const files = guessImports(text).filter(({ specifier }) => specialModule(specifier, access) === undefined);
    const wishes = files.slice(0, MAX_FORESEEN).map(({ kind, specifier }) => ({ kind, referrer: url, specifier }));
    if (wishes.length > 0 && this.#foresee(wishes)) this.#table.setScript(url);
  }

  /**
   * Loads what the execution will surely ask for, while the guest gets ready. A guest that may write files could write
   * these before it asks: it gets them as they are then.
   */
  #foresee(wishes: ModuleWish[]): boolean {
    if (this.#options.builtIns.access.hostModules.size > 0) return false;
    this.#firstLook.foresee(wishes);
    return true;
  }

  /** What is being loaded for the execution is not for the guest any more. */
  stop(): void {
    this.#stops++;
  }

  /** After a stop: the modules that the isolate has. What it was not told of any more it is told with the next answer. */
  reconcile(known: ReadonlySet<string>): void {
    this.#table.reconcile(known);
    this.#firstLook.tellAgain();
  }

  /** Answers all questions but `compile` and `probe`. Undefined: the execution is being stopped. */
  async answer(question: Question, referrer: string, specifier: string, extra: string): Promise<Answer | undefined> {
    const [type = '', ...forgotten] = extra.split('\n');
    const answer: Answer = { dropped: [], entries: [], names: [], links: [], compiled: [], url: '', path: '' };
    this.#table.takeBack(forgotten);
    try {
      // The first question of an execution: what changed since the last one, and the file that it runs, is loaded anew.
      if (extra.includes('\n')) await this.#lookAgain(answer, { kind: question === 'require' ? 'require' : 'import', referrer, specifier }); // prettier-ignore
      if (question === 'again') answer.entries.push(await this.#again(referrer));
      else if (question === 'resolve') await this.#resolve(answer, { kind: type as ImportKind, referrer, specifier });
      else await this.#give(answer, { kind: question === 'require' ? 'require' : 'import', referrer, specifier, type });
    } catch (error) {
      if (error instanceof LoadStopped) return undefined;
      if (!(error instanceof LoadFailure)) throw error;
      answer.failure = error.failure;
      if (error.denied !== undefined) this.#options.onDenied(error.denied);
    }
    return answer;
  }

  /** A file's text without types. Throws LoadFailure. */
  async read(url: string): Promise<{ source: string }> {
    const [found] = await this.#findAll([{ kind: 'import', referrer: '', specifier: url }]);
    if (found instanceof LoadFailure) throw found;
    if (found === undefined || !('file' in found)) throw unknownModule(url);
    if (found.file.source === undefined) await this.#load({ wishes: [], again: [url] });
    return { source: found.file.source ?? '' };
  }

  /** The text of a CommonJS module or of a built-in, ready to be compiled. */
  async textOf(url: string): Promise<string> {
    if (url.startsWith('node:')) return this.#options.builtIns.textOf(url.slice('node:'.length));
    if (url.startsWith('library:'))
      return `module.exports = internals(${JSON.stringify(url.slice('library:'.length))});`;
    // The side of a host module that is in the guest.
    if (url.startsWith('vm:')) return this.#options.builtIns.textOf(url.replace(':', '.'));
    const file = this.#table.get(url);
    if (file === undefined) throw unknownModule(url);
    if (file.source === undefined) await this.#load({ wishes: [], again: [url] });
    return takeText(file);
  }

  /** A text that is compiled already, so that nobody is to compile it again: what it is, if it is here. */
  takeCompiled(url: string): string | undefined {
    const file = this.#table.get(url);
    return file?.format === 'commonjs' && file.source !== undefined ? takeText(file) : undefined;
  }

  /** What is likely to be compiled next, in the order in which it is required. */
  compiledAhead(url: string): HostFile[] {
    return compiledAhead(this.#table, url);
  }

  async #lookAgain(answer: Answer, wish: ModuleWish): Promise<void> {
    const isFile = specialModule(wish.specifier, this.#options.builtIns.access) === undefined;
    answer.dropped = await this.#firstLook.take(isFile ? [wish] : []);
  }

  async #resolve(answer: Answer, { kind, referrer, specifier }: Omit<Asked, 'type'>): Promise<void> {
    const found = await this.#find({ kind, referrer, specifier });
    if ('file' in found) Object.assign(answer, { url: found.file.url, path: found.file.path });
    else answer.url = answer.path = entryOf(found.special, { kind, referrer, specifier }, this.#options.root).url;
  }

  async #give(answer: Answer, asked: Asked): Promise<void> {
    const found = await this.#find(asked);
    if ('special' in found) {
      const entry = entryOf(found.special, asked, this.#options.root);
      answer.url = entry.url;
      answer.entries.push(entry);
      return;
    }
    const { file } = found;
    answer.url = file.url;
    this.#table.imported(asked.referrer, file);
    this.#checkType(file, asked);
    if (file.format === 'module' || asked.kind === 'import') await this.#giveGraph(answer, file, asked);
    else this.#giveRequired(answer, file, asked.referrer);
  }

  #giveRequired(answer: Answer, file: HostFile, referrer: string): void {
    if (file.given) return;
    const { files, links } = requiredAhead(this.#table, file, referrer);
    answer.links = links;
    answer.entries.push(...[file, ...files].map((each) => this.#hand(each, [])));
  }

  async #find(wish: ModuleWish): Promise<Found> {
    const special = specialModule(wish.specifier, this.#options.builtIns.access);
    if (special !== undefined) return { special };
    const known = this.#table.linked(wish.referrer, wish.kind, wish.specifier);
    if (known !== undefined) return { file: known };
    const [found] = await this.#findAll([wish]);
    if (found === undefined) throw unknownModule(wish.specifier);
    if (found instanceof LoadFailure) throw found;
    return found;
  }

  /** Asks the daemon for all at once. */
  async #findAll(wishes: ModuleWish[], again: string[] = []): Promise<(Found | LoadFailure)[]> {
    const { targets } = await this.#load({ wishes, again });
    return targets.map((target, index) => {
      const { kind, referrer, specifier } = wishes[index] ?? { kind: 'import', referrer: '', specifier: '' };
      if ('builtin' in target) {
        const special = specialModule(target.builtin, this.#options.builtIns.access);
        return special === undefined ? unknownModule(specifier) : { special };
      }
      if (isFailure(target)) {
        const missing = target.code.endsWith('MODULE_NOT_FOUND')
          ? missingHostModule(specifier, this.#options.builtIns.access)
          : undefined;
        return missing === undefined ? toLoadFailure(target) : refused(missing, referrer, this.#options.root);
      }
      this.#table.link(referrer, kind, specifier, target.url);
      const file = this.#table.get(target.url);
      return file === undefined ? unknownModule(specifier) : { file };
    });
  }

  /** Hands over an ES module, or a module that one imports, with everything that has to be linked with it. */
  async #giveGraph(answer: Answer, root: HostFile, asked: Asked): Promise<void> {
    const graph = new Map<string, { file: HostFile; imports: [string, string][] }>();
    const specials = new Map<string, ModuleEntry>();
    for (let todo = new Set([root]); todo.size > 0;) {
      const files = [...todo].filter(({ url }) => !graph.has(url));
      todo = new Set();
      const missing = files.filter(lacksText);
      if (missing.length > 0) await this.#load({ wishes: [], again: missing.map(({ url }) => url) });
      for (const file of files) {
        this.#checkEsm(file, asked);
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
          imports?.push([specifier, entry.url]);
        } else {
          this.#table.imported(file.url, found.file);
          imports?.push([specifier, found.file.url]);
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
    answer.entries.push(...specials.values(), ...entries.map(({ file, imports }) => this.#hand(file, imports)));
  }

  /** What ES modules import statically, in the order of their texts. */
  async #importsOf(
    files: readonly HostFile[],
  ): Promise<[{ file: HostFile; specifier: string }, Found | LoadFailure][]> {
    const wishes = files.flatMap((file) => this.#staticImports(file).map((asked) => ({ file, asked })));
    const { access } = this.#options.builtIns;
    const known = wishes.map(({ asked }): Found | undefined => {
      const special = specialModule(asked.specifier, access);
      if (special !== undefined) return { special };
      const file = this.#table.linked(asked.referrer, 'import', asked.specifier);
      return file === undefined ? undefined : { file };
    });
    const unknown = wishes.filter((_, index) => known[index] === undefined);
    const asked = unknown.map(({ asked: { kind, referrer, specifier } }) => ({ kind, referrer, specifier }));
    const answers = unknown.length === 0 ? [] : await this.#findAll(asked);
    return wishes.map(({ file, asked: each }, index) => {
      const found = known[index] ?? answers.shift() ?? unknownModule(each.specifier);
      if ('file' in found) this.#checkType(found.file, each);
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
      if (unread.length > 0) await this.#load({ wishes: [], again: unread.map(({ url }) => url) });
      const passing = todo.filter((file) => file.passedOn === undefined);
      const wishes = passing.flatMap((file) => {
        file.passedOn = [];
        return namesOf(file).reexports.map((specifier): ModuleWish => ({
          kind: 'require',
          referrer: file.url,
          specifier,
        }));
      });
      const real = wishes.filter(
        ({ specifier }) => specialModule(specifier, this.#options.builtIns.access) === undefined,
      );
      const found = real.length === 0 ? [] : await this.#findAll(real);
      todo = [];
      for (const [index, each] of found.entries()) {
        if (!('file' in each) || each.file.format !== 'commonjs') continue;
        this.#table.get(real[index]?.referrer ?? '')?.passedOn?.push(each.file);
        todo.push(each.file);
      }
    }
  }

  #hand(file: HostFile, imports: [string, string][]): ModuleEntry {
    const { url, path, format } = file;
    const usesImport = format === 'module' ? lexedOf(file).usesImport : file.mentionsModules;
    const code = format === 'commonjs' ? undefined : takeText(file);
    file.given = true;
    return { url, path, format, code, imports, names: [], usesImport, isOurs: false };
  }

  async #again(url: string): Promise<ModuleEntry> {
    const file = this.#table.get(url);
    if (file === undefined) throw unknownModule(url);
    if (file.source === undefined) await this.#load({ wishes: [], again: [url] });
    return this.#hand(file, []);
  }

  async #load(
    request: Partial<LoadRequest> & Pick<LoadRequest, 'wishes' | 'again'>,
    onChanged?: (changed: string[]) => void,
  ): Promise<LoadReply> {
    const stops = this.#stops;
    const reply = await this.#options.load({ fresh: false, ...request });
    onChanged?.(reply.changed);
    const mentioning = new Set(reply.files.filter(({ source }) => mentionsModules(source)));
    if (mentioning.size > 0) await prepareLexer();
    for (const file of reply.files) this.#table.add(file, mentioning.has(file));
    if (this.#stops === stops) return reply;
    this.#firstLook.tellAgain();
    throw new LoadStopped();
  }

  #checkEsm(file: HostFile, { referrer }: Asked): void {
    if (this.#options.esm || file.format !== 'module') return;
    const what = `ES modules are off in this session (setting runtime.esm)`;
    const message = `${what}: ${file.path.slice(this.#options.root.length + 1)}, ${importedFrom(referrer, this.#options.root)}`;
    throw new LoadFailure({ name: 'Error', code: 'ERR_ESM_DISABLED', message });
  }

  #checkType(file: HostFile, { referrer, specifier, type }: Asked): void {
    if (type === undefined || type === '' || (type === 'json' && file.format === 'json')) return;
    const from = `'${specifier}' ${importedFrom(referrer, this.#options.root)}`;
    const isKnown = type === 'json';
    const message = isKnown
      ? `${from} is not JSON`
      : `Import attribute ${type.replace(/^\?/, '')} of ${from} is not supported`;
    const code = isKnown ? 'ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE' : 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED';
    throw new LoadFailure({ name: 'TypeError', code, message });
  }
}
