import type { ImportKind, LoadReply, LoadRequest, ModuleWish } from '../../../shared/ipc/module-messages.ts';
import { missingHostModule, specialModule, type BuiltInModules, type SpecialModule } from './built-ins.ts';
import { mentionsModules, prepareLexer } from './lex-source.ts';
import { isFailure, LoadFailure, LoadStopped, toLoadFailure } from './load-failure.ts';
import { ModuleTable, type HostFile } from './module-table.ts';
import { refused, unknownModule } from './special-entry.ts';

/** What a specifier was found to mean. */
export type Found = { file: HostFile; special?: never } | { special: SpecialModule };
export type Asked = { kind: ImportKind; referrer: string; specifier: string; type: string | undefined };
/** Asks the daemon. */
export type AskDaemon = (request: Omit<LoadRequest, 'id'>) => Promise<LoadReply>;

/** Finds out what specifiers mean, and has their files loaded into the table. */
export class ModuleFinder {
  readonly table: ModuleTable;
  readonly #access: BuiltInModules['access'];
  readonly #root: string;
  readonly #ask: AskDaemon;
  #stops = 0;
  /** Called when an answer of the daemon came after the execution that asked was stopped. */
  onStopped: () => void = () => undefined;

  /** @param root real path of the worktree */
  constructor(access: BuiltInModules['access'], root: string, ask: AskDaemon) {
    this.#access = access;
    this.#root = root;
    this.#ask = ask;
    this.table = new ModuleTable((specifier) => this.special(specifier) !== undefined);
  }

  /** What is being loaded for the execution is not for the guest any more. */
  stop(): void {
    this.#stops++;
  }

  /** The module without a file that the specifier names, if it does. */
  special(specifier: string): SpecialModule | undefined {
    return specialModule(specifier, this.#access);
  }

  /** Throws LoadFailure, LoadStopped. */
  async find(wish: ModuleWish): Promise<Found> {
    const known = this.known(wish);
    if (known !== undefined) return known;
    const [found] = await this.findAll([wish]);
    if (found === undefined) throw unknownModule(wish.specifier);
    if (found instanceof LoadFailure) throw found;
    return found;
  }

  /** Asks the daemon for all at once. */
  async findAll(wishes: ModuleWish[]): Promise<(Found | LoadFailure)[]> {
    const { targets } = await this.load({ wishes, again: [] });
    return targets.map((target, index) => {
      const { kind, referrer, specifier } = wishes[index] ?? { kind: 'import', referrer: '', specifier: '' };
      if ('builtin' in target) {
        const special = this.special(target.builtin);
        return special === undefined ? unknownModule(specifier) : { special };
      }
      if (isFailure(target)) {
        const missing = target.code.endsWith('MODULE_NOT_FOUND')
          ? missingHostModule(specifier, this.#access)
          : undefined;
        return missing === undefined ? toLoadFailure(target) : refused(missing, referrer, this.#root);
      }
      this.table.link(referrer, kind, specifier, target.url);
      const file = this.table.get(target.url);
      return file === undefined ? unknownModule(specifier) : { file };
    });
  }

  /** What is known without asking the daemon. */
  known({ referrer, kind, specifier }: ModuleWish): Found | undefined {
    const special = this.special(specifier);
    if (special !== undefined) return { special };
    const file = this.table.linked(referrer, kind, specifier);
    return file === undefined ? undefined : { file };
  }

  /** Loads into the table. Throws LoadStopped. */
  async load(
    request: Partial<LoadRequest> & Pick<LoadRequest, 'wishes' | 'again'>,
    onChanged?: (changed: string[]) => void,
  ): Promise<LoadReply> {
    const stops = this.#stops;
    const reply = await this.#ask({ fresh: false, ...request });
    onChanged?.(reply.changed);
    const mentioning = new Set(reply.files.filter(({ source }) => mentionsModules(source)));
    if (mentioning.size > 0) await prepareLexer();
    for (const file of reply.files) this.table.add(file, mentioning.has(file));
    if (this.#stops === stops) return reply;
    this.onStopped();
    throw new LoadStopped();
  }
}
