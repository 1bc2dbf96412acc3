import type { LibraryReference, LibraryRequest } from '../../shared/catalogue/libraries.ts';
import type { SessionLibrary } from '../../shared/ipc/session-library.ts';

/** What the daemon needs of libraries: pinning them when a template gets them, and their code when a session starts. */
export interface Libraries {
  /**
   * Finds the one version that a request means: the version itself, else the newest fitting one that is cached, else
   * what the registry says. Throws LIBRARY_NOT_FOUND when the registry has none, LIBRARY_NOT_CACHED when it cannot be asked.
   */
  pin(request: LibraryRequest): Promise<LibraryReference>;
  /** The code of libraries written as `name@version`, in that order. Throws LIBRARY_NOT_CACHED. Asks no network. */
  load(references: readonly string[]): Promise<SessionLibrary[]>;
  /** What is in the cache, sorted by name and version. */
  list(): Promise<CachedLibrary[]>;
}

/** What the cache knows of a library beside its code. */
export type CachedLibrary = LibraryReference & {
  /** The global variable that sessions hold it in; absent when no name fits. */
  global?: string;
  description: string;
  /** What the registry vouched for, as a Subresource Integrity string. */
  integrity: string;
  /** Every package in the bundle, `name@version`, sorted. */
  packages: string[];
  /** What the bundle asks `require` for when it runs, because no package of the bundle is it. */
  externals: string[];
  /** SHA-512 of the bundle, hex: its address in the cache. */
  sha512: string;
  bytes: number;
  added_at: string;
};
