import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { compare, maxSatisfying } from 'semver';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { formatLibrary, type LibraryReference } from '../../shared/catalogue/libraries.ts';
import { CacheDirectory, isMissing } from './cache-directory.ts';
import type { CachedLibrary } from './libraries.ts';

/** Raised when bundles are made or run differently: entries of another format count as not cached. */
const FORMAT = 1;

const IndexEntry = Type.Object({
  format: Type.Literal(FORMAT),
  name: Type.String(),
  version: Type.String(),
  global: Type.Optional(Type.String()),
  description: Type.String(),
  integrity: Type.String(),
  packages: Type.Array(Type.String()),
  externals: Type.Array(Type.String()),
  sha512: Type.String({ pattern: '^[0-9a-f]{128}$' }),
  bytes: Type.Integer(),
  added_at: Type.String(),
});

/** A library whose entry is there and whose code is not what it was. */
export type BrokenLibrary = LibraryReference & { reason: string };

/**
 * Bundles by the SHA-512 of their text, and an index of which name and version is which bundle. The bundle is in place
 * before the entry that names it, so a process killed in between leaves an unused file and no broken entry.
 */
export class LibraryCache {
  readonly #directory: CacheDirectory;

  constructor(path: string) {
    this.#directory = new CacheDirectory(path);
  }

  get path(): string {
    return this.#directory.path;
  }

  /** The entry, without a look at the bundle. */
  async find(reference: LibraryReference): Promise<CachedLibrary | undefined> {
    await this.#directory.requireOurs();
    const entry = await this.#readEntry(indexName(reference));
    return entry?.name === reference.name && entry.version === reference.version ? entry : undefined;
  }

  /** The bundle's text; undefined when it is missing or is not what was put there. */
  async read({ sha512 }: CachedLibrary): Promise<string | undefined> {
    const bytes = await readIfThere(this.#directory.file('content', contentName(sha512)));
    return bytes !== undefined && hash(bytes) === sha512 ? bytes.toString('utf8') : undefined;
  }

  /** Keeps a bundle under the library's name and version. */
  async put(library: Omit<CachedLibrary, 'sha512' | 'bytes' | 'added_at'>, text: string): Promise<CachedLibrary> {
    const sha512 = hash(text);
    const entry = { ...library, sha512, bytes: Buffer.byteLength(text), added_at: new Date().toISOString() };
    const content = contentName(sha512);
    const isThere = (await this.#directory.touch('content', content)) && (await this.read(entry)) !== undefined;
    if (!isThere) await this.#directory.write('content', content, text);
    await this.#directory.write('index', indexName(library), `${JSON.stringify({ format: FORMAT, ...entry })}\n`);
    return entry;
  }

  /** Sorted by name, then version. */
  async list(): Promise<CachedLibrary[]> {
    await this.#directory.requireOurs();
    const names = await this.#directory.names('index');
    const entries = await Promise.all(names.map((name) => this.#readEntry(name)));
    return entries.filter((entry) => entry !== undefined).sort(byNameAndVersion);
  }

  /** The newest cached version of a library that lies in a range. */
  async newest(name: string, range: string): Promise<LibraryReference | undefined> {
    const versions = (await this.list()).filter((entry) => entry.name === name).map(({ version }) => version);
    const version = maxSatisfying(versions, range);
    return version === null ? undefined : { name, version };
  }

  /** Says whether the library was there. */
  async remove(reference: LibraryReference): Promise<boolean> {
    const entry = await this.find(reference);
    await this.#directory.remove('index', indexName(reference));
    return entry !== undefined;
  }

  /** Reads every bundle and compares it with its hash. */
  async verify(): Promise<{ sound: CachedLibrary[]; broken: BrokenLibrary[] }> {
    const sound: CachedLibrary[] = [];
    const broken: BrokenLibrary[] = [];
    for (const entry of await this.list()) {
      if ((await this.read(entry)) !== undefined) sound.push(entry);
      else broken.push({ ...entry, reason: 'its bundle is missing or was changed' });
    }
    return { sound, broken };
  }

  /** Removes bundles that no entry names, and what killed processes left, once they are old enough to be nobody's. */
  async sweep(): Promise<void> {
    const used = new Set((await this.list()).map(({ sha512 }) => contentName(sha512)));
    await this.#directory.removeOld('content', used);
    await this.#directory.removeOld('tmp', new Set());
  }

  /** A folder for work in progress. */
  temporaryFolder(): Promise<string> {
    return this.#directory.temporaryFolder();
  }

  async #readEntry(name: string): Promise<CachedLibrary | undefined> {
    const bytes = await readIfThere(this.#directory.file('index', name));
    if (bytes === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(bytes.toString('utf8'));
      if (!Value.Check(IndexEntry, parsed)) return undefined;
      const { format: _format, ...entry } = parsed;
      return entry;
    } catch {
      return undefined;
    }
  }
}

/** A file name for any npm name, also where the file system does not tell `A` from `a`. */
function indexName(reference: LibraryReference): string {
  const name = encodeURIComponent(formatLibrary(reference).replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`));
  return `${name}.json`;
}

function contentName(sha512: string): string {
  return `${sha512}.js`;
}

function hash(data: string | Buffer): string {
  return createHash('sha512').update(data).digest('hex');
}

function byNameAndVersion(a: LibraryReference, b: LibraryReference): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : compare(a.version, b.version);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
