import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { FileOpener } from './file-opener.ts';
import { isInside } from './inside.ts';
import type { OpenRefusal } from './open-inside.ts';
import { readInside } from './read-inside.ts';
import { versionOf, type SourceCache, type SourceText } from './source-cache.ts';

/** A module's text is held several times over on its way into an isolate. */
const MAX_MODULE_BYTES = 16 * 1024 * 1024;

export type ReadFile = { path: string; content: SourceText };
export type PackageScope = {
  /** The folder that the package.json lies in. */
  folder: string;
  /** Whatever is in it; `invalid` is the parser's message when it is not a JSON object. */
  json: Readonly<Record<string, unknown>>;
  invalid?: string;
};

/**
 * What one request sees of a worktree. Every question is asked of the file system once, so that a request has one
 * picture of the folder; the next request makes a new reader.
 */
export class WorktreeReader {
  /** Absolute, symlinks resolved. */
  readonly root: string;
  readonly #cache: SourceCache;
  readonly #opener: FileOpener;
  readonly #stats = new Map<string, Promise<Stats | undefined>>();
  readonly #files = new Map<string, Promise<ReadFile | { refusal: OpenRefusal }>>();
  readonly #packages = new Map<string, Promise<PackageScope | undefined>>();

  /** @param device that of the worktree, see `localDevice` */
  constructor(root: string, cache: SourceCache, device: Promise<number | undefined>) {
    this.root = root;
    this.#opener = new FileOpener(device);
    this.#cache = cache;
  }

  /** What a path leads to; undefined for nothing, and for everything that is not named inside the worktree. */
  async kind(path: string): Promise<'file' | 'folder' | undefined> {
    // A name with an extension is nearly always a file that is wanted: read at once, instead of being looked at first.
    if (extname(path) !== '') {
      const file = await this.read(path);
      if (!('refusal' in file)) return 'file';
      if (file.refusal.why === 'missing') return undefined;
    }
    const stats = await this.#statsOf(path);
    if (stats?.isDirectory() === true) return 'folder';
    return stats === undefined ? undefined : 'file';
  }

  /** The text of a file that lies in the worktree after symlinks. */
  read(path: string): Promise<ReadFile | { refusal: OpenRefusal }> {
    return remember(this.#files, path, () => this.#read(path));
  }

  #statsOf(path: string): Promise<Stats | undefined> {
    return remember(this.#stats, path, async () => {
      return isInside(this.root, path) ? stat(path).catch(() => undefined) : undefined;
    });
  }

  async #read(name: string): Promise<ReadFile | { refusal: OpenRefusal }> {
    if (!isInside(this.root, name)) return { refusal: { why: 'outside' } };
    const open = (path: string): Promise<number> => this.#opener.open(path);
    const text = await readInside(this.root, name, MAX_MODULE_BYTES, open, (path, stats): ReadFile | undefined => {
      const version = versionOf(stats);
      const known = version === undefined ? undefined : this.#cache.get(name, version);
      return known === undefined ? undefined : { path, content: known.text };
    });
    if ('refusal' in text) return text;
    if ('known' in text) return text.known;
    const { path, stats, source } = text;
    return { path, content: this.#cache.put(name, path, versionOf(stats), source) };
  }

  /** The package.json right in a folder. */
  package(folder: string): Promise<PackageScope | undefined> {
    return remember(this.#packages, folder, async () => {
      const path = join(folder, 'package.json');
      if ((await this.kind(path)) !== 'file') return undefined;
      const file = await this.read(path);
      return 'refusal' in file ? undefined : parsePackage(folder, file.content.source);
    });
  }

  /** The package that a folder belongs to: the nearest package.json, never one above the worktree. */
  async scopeOf(folder: string): Promise<PackageScope | undefined> {
    for (let at = folder; isInside(this.root, at); at = dirname(at)) {
      if (at.endsWith('node_modules')) return undefined;
      const found = await this.package(at);
      if (found !== undefined) return found;
      if (at === this.root) break;
    }
    return undefined;
  }
}

function parsePackage(folder: string, source: string): PackageScope {
  try {
    const json: unknown = JSON.parse(source.replace(/^\uFEFF/, ''));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      return { folder, json: json as Record<string, unknown> };
    }
    return { folder, json: {}, invalid: 'it is not an object' };
  } catch (error) {
    return { folder, json: {}, invalid: error instanceof Error ? error.message : String(error) };
  }
}

function remember<Value>(map: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
