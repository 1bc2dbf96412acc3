import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';
import { LibraryCache } from '../../daemon/libraries/library-cache.ts';
import { NpmLibraries, type AddProgress, type AddedLibrary } from '../../daemon/libraries/npm-libraries.ts';
import { parseLibraryName } from '../../shared/catalogue/libraries.ts';
import { TestRegistry, type TestPackage } from '../helpers/test-registry.ts';

type RunOptions = { require?: (name: string) => unknown; libraries?: NpmLibraries };

/** A registry, an empty library cache, and an environment in which npm knows nothing else. */
export class LibrariesFixture {
  readonly folder: string;
  readonly registry: TestRegistry;
  readonly cache: LibraryCache;
  readonly libraries: NpmLibraries;
  readonly progress: AddProgress[] = [];

  private constructor(folder: string, registry: TestRegistry) {
    this.folder = folder;
    this.registry = registry;
    this.cache = new LibraryCache(join(folder, 'libraries'));
    this.libraries = new NpmLibraries({ cache: this.cache, cwd: folder, env: this.env() });
  }

  static async start(packages: readonly TestPackage[] = []): Promise<LibrariesFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'vm-libraries-'));
    return new LibrariesFixture(folder, await TestRegistry.start(packages));
  }

  /** What a process needs to use this fixture's registry and cache, and nothing of the user's; `undefined` unsets. */
  env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      npm_config_registry: this.registry.url,
      npm_config_cache: join(this.folder, 'npm-cache'),
      npm_config_globalconfig: join(this.folder, 'no-global-npmrc'),
      // What fails here fails always: no test needs a second try.
      npm_config_fetch_retries: '0',
      VM_SYSTEM_CACHE_DIR: this.folder,
      ...more,
    };
    return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  }

  /** An access to the same cache with another environment. */
  librariesWith(env: NodeJS.ProcessEnv): NpmLibraries {
    return new NpmLibraries({ cache: this.cache, cwd: this.folder, env: this.env(env) });
  }

  add(text: string, libraries = this.libraries): Promise<AddedLibrary> {
    return libraries.add(parseLibraryName(text)!, (progress) => {
      this.progress.push(progress);
    });
  }

  /** Adds a library, loads it as a session would, and gives what it exports. */
  async run(text: string, { require = refuse, libraries = this.libraries }: RunOptions = {}): Promise<unknown> {
    const { name, version } = await this.add(text, libraries);
    const [library] = await libraries.load([`${name}@${version}`]);
    const module = { exports: {} };
    const body = vm.runInThisContext(library!.source) as (...args: unknown[]) => void;
    body(module.exports, require, module);
    return module.exports;
  }

  async stop(): Promise<void> {
    await this.registry.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function refuse(name: string): never {
  throw new Error(`nothing was to be required: ${name}`);
}
