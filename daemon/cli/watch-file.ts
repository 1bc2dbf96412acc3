import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Editors write a file in several steps; changes this close together are one. */
const SETTLE_MS = 50;

type Listeners = {
  /** Asked for after each change anew. Files that are not there yet count when they come. */
  files: () => Promise<ReadonlySet<string>>;
  /** From now on no change is missed. */
  onWatching: () => void;
  onChange: () => Promise<void>;
};

/** Calls back, one call at a time, after each change of one of the files, until the signal is aborted. */
export async function atEveryChange(signal: AbortSignal, { files, onWatching, onChange }: Listeners): Promise<void> {
  const failed = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const watching = new WatchedFiles(failed.reject, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(onChange).then(async () => {
        watching.set(await files());
      });
      running.catch(failed.reject);
    }, SETTLE_MS);
  });
  try {
    watching.set(await files());
    onWatching();
    await Promise.race([failed.promise, aborted(signal)]);
  } finally {
    clearTimeout(timer);
    await running.catch(() => undefined);
    watching.close();
  }
}

/** Folders are watched, not files: many editors replace a file when they save it. */
class WatchedFiles {
  readonly #onError: (error: Error) => void;
  readonly #onChange: () => void;
  readonly #folders = new Map<string, FSWatcher>();
  #files: ReadonlySet<string> = new Set();

  constructor(onError: (error: Error) => void, onChange: () => void) {
    this.#onError = onError;
    this.#onChange = onChange;
  }

  set(files: ReadonlySet<string>): void {
    this.#files = files;
    const folders = new Set([...files].map((file) => dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) if (!this.#folders.has(folder)) this.#watch(folder);
  }

  close(): void {
    for (const watcher of this.#folders.values()) watcher.close();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder);
      watcher.on('error', this.#onError);
      watcher.on('change', (_event, name) => {
        if (typeof name === 'string' && this.#files.has(join(folder, basename(name)))) this.#onChange();
      });
      this.#folders.set(folder, watcher);
    } catch (error) {
      // The folder of a file that is imported and not there.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
    if (signal.aborted) resolve();
  });
}
