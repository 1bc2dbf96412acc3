import {
  formatLibrary,
  formatRequest,
  parseLibraryName,
  pinnedLibrary,
  type LibraryReference,
  type LibraryRequest,
} from '../../shared/catalogue/libraries.ts';
import { VmError } from '../../shared/errors/vm-error.ts';
import { libraryCacheFolder } from '../libraries/cache-directory.ts';
import type { CachedLibrary } from '../libraries/libraries.ts';
import { LibraryCache } from '../libraries/library-cache.ts';
import { NpmLibraries, type AddProgress, type AddedLibrary } from '../libraries/npm-libraries.ts';
import { CommandError, UsageError } from './cli-errors.ts';
import type { Output } from './output.ts';
import { ProgressLine } from './progress-line.ts';

type Failure = { name: string; code: string; message: string };

/** Goes on after a failure, so that whatever can be had is there afterwards; the exit code tells whether all of it is. */
export async function addLibraries(names: readonly string[], output: Output): Promise<void> {
  const requests = names.map(requireName);
  const libraries = new NpmLibraries({ cache: openCache(), cwd: process.cwd() });
  const line = new ProgressLine(process.stderr);
  const added: AddedLibrary[] = [];
  const failed: Failure[] = [];
  for (const request of requests) {
    try {
      const library = await libraries.add(request, (progress) => {
        showProgress(line, progress);
      });
      line.clear();
      added.push(library);
      if (!output.json) output.line(describeAdded(library));
    } catch (error) {
      line.clear();
      if (!(error instanceof VmError)) throw error;
      failed.push({ name: formatRequest(request), code: error.code, message: error.message });
      if (!output.json) process.stderr.write(`${formatRequest(request)}: failed: ${error.message}\n`);
    }
  }
  if (output.json) output.result({ libraries: added, failed }, () => undefined);
  if (failed.length > 0)
    throw new CommandError(`${failed.length} of ${requests.length} libraries could not be fetched`);
}

/** What is in the cache. */
export async function listLibraries(output: Output): Promise<void> {
  output.result(await openCache().list(), (libraries) => {
    const rows = libraries.map(({ name, version, global = '', bytes, added_at }) => [
      ...[name, version, global, size(bytes), added_at],
    ]);
    output.table(['NAME', 'VERSION', 'GLOBAL', 'SIZE', 'ADDED'], rows, 'No libraries; see: vm-system libs download');
  });
}

/** Whether all of it is what it was. */
export async function verifyLibraries(output: Output): Promise<void> {
  const result = await openCache().verify();
  output.result(result, ({ sound, broken }) => {
    for (const library of sound) output.line(`${formatLibrary(library)}: sound`);
    for (const library of broken) output.line(`${formatLibrary(library)}: broken: ${library.reason}`);
    if (sound.length + broken.length === 0) output.line('No libraries.');
  });
  if (result.broken.length === 0) return;
  const names = result.broken.map(formatLibrary).join(' ');
  throw new CommandError(`${result.broken.length} broken; mend with: vm-system libs add ${names}`);
}

/** Removes libraries; a bare name means every version. */
export async function removeLibraries(names: readonly string[], output: Output): Promise<void> {
  const cache = openCache();
  const listed = await cache.list();
  const removed: LibraryReference[] = [];
  const missing: string[] = [];
  for (const text of names) {
    const meant = listed.filter((library) => isMeant(text, library));
    if (meant.length === 0) missing.push(text);
    for (const library of meant) {
      if (await cache.remove(library)) removed.push({ name: library.name, version: library.version });
    }
  }
  await cache.sweep();
  output.result(removed, () => {
    for (const library of removed) output.line(`Removed library: ${formatLibrary(library)}`);
  });
  if (missing.length > 0) throw new CommandError(`not in the cache: ${missing.join(', ')}; see: vm-system libs list`);
}

function isMeant(text: string, library: CachedLibrary): boolean {
  if (text === library.name) return true;
  const pinned = pinnedLibrary(requireName(text));
  return pinned !== undefined && formatLibrary(pinned) === formatLibrary(library);
}

function requireName(text: string): LibraryRequest {
  const request = parseLibraryName(text);
  if (request !== undefined) return request;
  throw new UsageError(`"${text}" names no library; write it as lodash, lodash@4.17.21 or lodash@^4`);
}

function openCache(): LibraryCache {
  return new LibraryCache(libraryCacheFolder());
}

function describeAdded(library: AddedLibrary): string {
  const { global, bytes, externals, was_cached } = library;
  const facts = [size(bytes), ...(global === undefined ? [] : [`global ${global}`])];
  const needs = externals.length === 0 ? '' : `; when run it asks the session for ${externals.join(', ')}`;
  return `${formatLibrary(library)}: ${was_cached ? 'in the cache' : 'added'} (${facts.join(', ')})${needs}`;
}

function showProgress(line: ProgressLine, progress: AddProgress): void {
  switch (progress.step) {
    case 'resolve':
      line.show(progress.library, 0, 'asking the registry');
      break;
    case 'fetch':
      line.show(
        progress.library,
        (0.9 * progress.done) / progress.total,
        `${progress.done} of ${progress.total} packages`,
      );
      break;
    case 'bundle':
      line.show(progress.library, 0.9, 'making one file');
      break;
  }
}

function size(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
