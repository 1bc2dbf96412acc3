import { stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type {
  LoadReply,
  LoadRequest,
  ModuleFailure,
  ModuleFile,
  ModuleLink,
  ModuleTarget,
  ModuleWish,
} from '../../shared/ipc/module-messages.ts';
import { guessImports, type Guess } from '../../shared/ipc/guess-imports.ts';
import type { ResolverSettings } from '../../shared/model/settings.ts';
import { localDevice } from './file-opener.ts';
import { readModule, type ModuleSource } from './module-source.ts';
import { resolveModule } from './resolve-module.ts';
import { versionOf, type SourceCache } from './source-cache.ts';
import type { StripTypes } from './type-stripper.ts';
import { WorktreeReader } from './worktree-reader.ts';

/** Reading ahead stops here; what lies beyond is asked for when it is needed. */
const MAX_AHEAD_FILES = 4_000;
const MAX_AHEAD_CHARS = 32 * 1024 * 1024;
/** Files opened at once: enough to keep the disk busy, far from the limit of open files. */
const PARALLEL = 32;

export type ModuleTools = { cache: SourceCache; stripTypes: StripTypes };

type HandedOut = { version: string | undefined; digest: string };
type Located = { url: string; module: ModuleSource } | { builtin: string } | { failure: ModuleFailure };

/** The modules of one session's worktree: finds and reads them, and remembers what its host was given. */
export class SessionModules {
  readonly #root: string;
  readonly #settings: ResolverSettings;
  readonly #tools: ModuleTools;
  readonly #handedOut = new Map<string, HandedOut>();
  #device: Promise<number | undefined> | undefined;

  /** @param root the worktree: absolute, symlinks resolved */
  constructor(root: string, settings: ResolverSettings, tools: ModuleTools) {
    this.#root = root;
    this.#settings = settings;
    this.#tools = tools;
  }

  /**
   * Answers a host's request. Rejects never: what cannot be had is a failure among the targets.
   * @param onFiles gets files that are complete while others are still being read, instead of the reply
   */
  async load(request: LoadRequest, onFiles?: (files: ModuleFile[]) => void): Promise<LoadReply> {
    const reader = this.#reader();
    const changed = request.fresh ? await this.#findChanged() : [];
    for (const url of [...changed, ...request.again]) this.#handedOut.delete(url);
    const ahead = new ReadAhead(this.#handedOut);
    const locate = (wish: ModuleWish): Promise<Located> => this.#locate(reader, wish);
    const again = request.again.map((url): ModuleWish => ({ kind: 'import', specifier: url, referrer: '' }));
    const located = await Promise.all([...request.wishes, ...again].map(locate));
    for (const each of located) if ('module' in each) ahead.add(each.url, each.module);
    await ahead.follow(locate, () => onFiles?.(ahead.takeComplete()));
    const targets = located.slice(0, request.wishes.length).map(targetOf);
    return { id: request.id, changed, targets, files: ahead.takeAll() };
  }

  #reader(): WorktreeReader {
    this.#device ??= localDevice(this.#root);
    return new WorktreeReader(this.#root, this.#tools.cache, this.#device);
  }

  async #locate(reader: WorktreeReader, wish: ModuleWish): Promise<Located> {
    const resolved = await resolveModule({ reader, settings: this.#settings, wish });
    if (!('path' in resolved)) return resolved;
    const module = await readModule(reader, resolved.path, wish, this.#tools.stripTypes);
    return 'failure' in module ? module : { url: `${pathToFileURL(module.path).href}${resolved.suffix}`, module };
  }

  async #findChanged(): Promise<string[]> {
    const reader = this.#reader();
    const changed: string[] = [];
    await inParallel([...this.#handedOut], async ([url, known]) => {
      if (!(await isSame(reader, fileURLToPath(url), known))) changed.push(url);
    });
    return changed;
  }
}

/** The files of one reply: breadth first, from what was wished to what that seems to import. */
class ReadAhead {
  readonly #files: ModuleFile[] = [];
  /** How many of these have their links. */
  #complete = 0;
  #count = 0;
  readonly #handedOut: Map<string, HandedOut>;
  #next: { file: ModuleFile; guesses: readonly Guess[] }[] = [];
  #chars = 0;

  constructor(handedOut: Map<string, HandedOut>) {
    this.#handedOut = handedOut;
  }

  /** Puts a file in, unless the host has it. */
  add(url: string, { format, source, content }: ModuleSource): void {
    if (this.#handedOut.has(url)) return;
    this.#handedOut.set(url, { version: content.version, digest: content.digest });
    const file: ModuleFile = { url, format, source, links: [] };
    this.#files.push(file);
    this.#count++;
    this.#chars += source.length;
    if (format === 'json') return;
    this.#next.push({ file, guesses: (content.guesses ??= guessesOf(source)) });
  }

  /** @param onLevel called when more files have become complete */
  async follow(locate: (wish: ModuleWish) => Promise<Located>, onLevel: () => void): Promise<void> {
    while (this.#next.length > 0 && this.#hasRoom) {
      const level = this.#next;
      const known = this.#files.length;
      this.#next = [];
      const links = level.flatMap(({ file, guesses }) => guesses.map((guess) => ({ file, guess })));
      await inParallel(links, async ({ file, guess: { kind, specifier } }) => {
        const located = await locate({ kind, specifier, referrer: file.url });
        if (!('module' in located)) return;
        file.links.push([kind, specifier, located.url] satisfies ModuleLink);
        if (this.#hasRoom) this.add(located.url, located.module);
      });
      this.#complete = known;
      onLevel();
    }
  }

  /** Files whose links are known, once. */
  takeComplete(): ModuleFile[] {
    const taken = this.#files.splice(0, this.#complete);
    this.#complete = 0;
    return taken;
  }

  takeAll(): ModuleFile[] {
    return this.#files.splice(0);
  }

  get #hasRoom(): boolean {
    return this.#count < MAX_AHEAD_FILES && this.#chars < MAX_AHEAD_CHARS;
  }
}

function guessesOf(source: string): readonly Guess[] {
  return guessImports(source).filter(({ specifier }) => !isBuiltin(specifier));
}

function targetOf(located: Located): ModuleTarget {
  if ('module' in located) return { url: located.url };
  return 'failure' in located ? located.failure : located;
}

async function isSame(reader: WorktreeReader, path: string, known: HandedOut): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return false;
  const version = versionOf(stats);
  if (version !== undefined && version === known.version) return true;
  const file = await reader.read(path);
  if ('refusal' in file || file.content.digest !== known.digest) return false;
  known.version = version;
  return true;
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
}
