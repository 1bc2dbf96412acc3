import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { validRange } from 'semver';
import {
  catalogueLibrary,
  formatLibrary,
  formatRequest,
  libraryGlobal,
  parsePinnedLibrary,
  pinnedLibrary,
  type LibraryReference,
  type LibraryRequest,
} from '../../shared/catalogue/libraries.ts';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { SessionLibrary } from '../../shared/ipc/session-library.ts';
import { bundle } from './bundle.ts';
import type { CachedLibrary, Libraries } from './libraries.ts';
import type { LibraryCache } from './library-cache.ts';
import { readNpmOptions } from './npm-options.ts';
import { fetchPackageTree } from './package-tree.ts';
import { RecentTexts } from './recent-texts.ts';
import { Registry } from './registry.ts';

/** How far adding a library has come. */
export type AddProgress =
  { step: 'resolve' | 'bundle'; library: string } | { step: 'fetch'; library: string; done: number; total: number };

export type AddedLibrary = CachedLibrary & {
  /** Nothing had to be fetched. */
  was_cached: boolean;
};

export type NpmLibrariesOptions = {
  cache: LibraryCache;
  /** Whose project npmrc counts beside the user's; the home folder by default, which has none. */
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Whether somebody waits for an answer rather than for a library: one short try, as a request has no time for more. */
  hurried?: boolean;
};

/** One try, and no longer than a client waits. */
const HURRIED = { retry: { retries: 0 }, timeout: 10_000 };

/** Libraries from the npm registry, kept in the cache. */
export class NpmLibraries implements Libraries {
  readonly #cache: LibraryCache;
  readonly #cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #hurried: boolean;
  readonly #texts = new RecentTexts();

  constructor({ cache, cwd = homedir(), env = process.env, hurried = false }: NpmLibrariesOptions) {
    this.#cache = cache;
    this.#cwd = cwd;
    this.#env = env;
    this.#hurried = hurried;
  }

  async pin(request: LibraryRequest): Promise<LibraryReference> {
    const exact = pinnedLibrary(request);
    if (exact !== undefined) return exact;
    const { name, wanted = '*' } = request;
    const cached = validRange(wanted) === null ? undefined : await this.#cache.newest(name, wanted);
    if (cached !== undefined) return cached;
    const registry = await this.#openRegistry();
    try {
      const { version } = await registry.manifest(name, request.wanted);
      return { name, version };
    } catch (error) {
      if (!(error instanceof VmError) || error.code !== 'LIBRARY_NOT_CACHED') throw error;
      const command = `vm-system libs add '${formatRequest(request)}'`;
      throw new VmError(
        error.code,
        `${error.message}; name the exact version, or run: ${command}`,
        { ...error.details, command },
        { cause: error },
      );
    }
  }

  async load(references: readonly string[]): Promise<SessionLibrary[]> {
    const found = await Promise.all(references.map((reference) => this.#load(reference)));
    const missing = references.filter((_, index) => found[index] === undefined);
    if (missing.length > 0) {
      throw new VmError(
        'LIBRARY_NOT_CACHED',
        `failed to load libraries: not in the cache: ${missing.join(', ')}; run: vm-system libs add ${missing.join(' ')}`,
        { libraries: missing },
      );
    }
    return found.filter((library) => library !== undefined);
  }

  list(): Promise<CachedLibrary[]> {
    return this.#cache.list();
  }

  /**
   * Brings a library into the cache; one that is there and sound costs a look. Throws LIBRARY_NOT_FOUND when the registry
   * does not have it, LIBRARY_NOT_CACHED when it cannot be fetched or bundled.
   */
  async add(request: LibraryRequest, onProgress: (progress: AddProgress) => void): Promise<AddedLibrary> {
    const { name } = request;
    const exact = pinnedLibrary(request);
    const present = exact && (await this.#sound(exact));
    if (present !== undefined) return { ...present, was_cached: true };
    onProgress({ step: 'resolve', library: formatRequest(request) });
    const registry = await this.#openRegistry();
    const { version } = exact ?? (await registry.manifest(name, request.wanted));
    const known = await this.#sound({ name, version });
    if (known !== undefined) return { ...known, was_cached: true };
    return { ...(await this.#fetch(registry, { name, version }, onProgress)), was_cached: false };
  }

  async #load(name: string): Promise<SessionLibrary | undefined> {
    const reference = parsePinnedLibrary(name);
    const entry = reference && (await this.#cache.find(reference));
    if (entry === undefined) return undefined;
    const { version, global, sha512 } = entry;
    const text = this.#texts.get(sha512) ?? (await this.#cache.read(entry));
    if (text === undefined) return undefined;
    this.#texts.keep(sha512, text);
    const source = `(function (exports, require, module) {${text}\n})`;
    return { name: entry.name, version, ...(global === undefined ? {} : { global }), sha512, source };
  }

  async #sound(reference: LibraryReference): Promise<CachedLibrary | undefined> {
    const entry = await this.#cache.find(reference);
    return entry !== undefined && (await this.#cache.read(entry)) !== undefined ? entry : undefined;
  }

  async #fetch(
    registry: Registry,
    reference: LibraryReference,
    onProgress: (progress: AddProgress) => void,
  ): Promise<CachedLibrary> {
    const library = formatLibrary(reference);
    const folder = await this.#cache.temporaryFolder();
    try {
      const extra = catalogueLibrary(reference.name)?.with ?? [];
      const tree = await fetchPackageTree(registry, reference, folder, extra, (done, total) => {
        onProgress({ step: 'fetch', library, done, total });
      });
      onProgress({ step: 'bundle', library });
      const { text, externals } = await bundle(tree);
      const global = libraryGlobal(reference.name);
      const description = catalogueLibrary(reference.name)?.description ?? tree.root.description ?? '';
      const packages = tree.packages.map(formatLibrary).sort();
      const { integrity } = tree.root;
      const entry = { ...reference, ...(global === undefined ? {} : { global }), description, integrity };
      const added = await this.#cache.put({ ...entry, packages, externals }, text);
      await this.#cache.sweep();
      return added;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #openRegistry(): Promise<Registry> {
    const options = await readNpmOptions(this.#cwd, this.#env);
    return Registry.open(this.#hurried ? { ...options, ...HURRIED } : options);
  }
}
