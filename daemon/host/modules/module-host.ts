import { guessImports } from '../../../shared/ipc/guess-imports.ts';
import type { ImportKind, ModuleWish } from '../../../shared/ipc/module-messages.ts';
import type { BuiltInModules } from './built-ins.ts';
import type { Answer, ModuleEntry, Question } from '../guest/modules/module-record.ts';
import { FirstLook } from './first-look.ts';
import { LoadFailure, LoadStopped, type DeniedModule } from './load-failure.ts';
import { checkType } from './module-checks.ts';
import { ModuleFinder, type AskDaemon, type Asked } from './module-finder.ts';
import { handOver, ModuleGraph } from './module-graph.ts';
import { takeText, type HostFile, type ModuleTable } from './module-table.ts';
import { compiledAhead, requiredAhead } from './require-ahead.ts';
import { entryOf, unknownModule } from './special-entry.ts';

export type ModuleHostOptions = {
  load: AskDaemon;
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

/** The host's side of a session's modules: answers the guest's questions, with the daemon's help. */
export class ModuleHost {
  readonly #options: ModuleHostOptions;
  readonly #finder: ModuleFinder;
  readonly #graph: ModuleGraph;
  readonly #table: ModuleTable;
  readonly #firstLook: FirstLook;

  constructor(options: ModuleHostOptions) {
    this.#options = options;
    const finder = new ModuleFinder(options.builtIns.access, options.root, options.load);
    this.#finder = finder;
    this.#graph = new ModuleGraph(finder, options);
    this.#table = finder.table;
    this.#firstLook = new FirstLook(finder.table, (request, onChanged) => finder.load(request, onChanged));
    finder.onStopped = () => { this.#firstLook.tellAgain(); }; // prettier-ignore
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
    const files = guessImports(text).filter(({ specifier }) => this.#finder.special(specifier) === undefined);
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
    this.#finder.stop();
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
    const [found] = await this.#finder.findAll([{ kind: 'import', referrer: '', specifier: url }]);
    if (found instanceof LoadFailure) throw found;
    if (found === undefined || !('file' in found)) throw unknownModule(url);
    if (found.file.source === undefined) await this.#finder.load({ wishes: [], again: [url] });
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
    if (file.source === undefined) await this.#finder.load({ wishes: [], again: [url] });
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
    const isFile = this.#finder.special(wish.specifier) === undefined;
    answer.dropped = await this.#firstLook.take(isFile ? [wish] : []);
  }

  async #resolve(answer: Answer, { kind, referrer, specifier }: Omit<Asked, 'type'>): Promise<void> {
    const found = await this.#finder.find({ kind, referrer, specifier });
    if ('file' in found) Object.assign(answer, { url: found.file.url, path: found.file.path });
    else answer.url = answer.path = entryOf(found.special, { kind, referrer, specifier }, this.#options.root).url;
  }

  async #give(answer: Answer, asked: Asked): Promise<void> {
    const found = await this.#finder.find(asked);
    if ('special' in found) {
      const entry = entryOf(found.special, asked, this.#options.root);
      answer.url = entry.url;
      answer.entries.push(entry);
      return;
    }
    const { file } = found;
    answer.url = file.url;
    this.#table.imported(asked.referrer, file);
    checkType(file, asked, this.#options.root);
    if (file.format === 'module' || asked.kind === 'import') await this.#graph.give(answer, file, asked);
    else this.#giveRequired(answer, file, asked.referrer);
  }

  #giveRequired(answer: Answer, file: HostFile, referrer: string): void {
    if (file.given) return;
    const { files, links } = requiredAhead(this.#table, file, referrer);
    answer.links = links;
    answer.entries.push(...[file, ...files].map((each) => handOver(each, [])));
  }

  async #again(url: string): Promise<ModuleEntry> {
    const file = this.#table.get(url);
    if (file === undefined) throw unknownModule(url);
    if (file.source === undefined) await this.#finder.load({ wishes: [], again: [url] });
    return handOver(file, []);
  }
}
