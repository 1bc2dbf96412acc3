import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps; changes this close together are one. */
const SETTLE_MS = 50;

type Listeners = {
  /** From now on no change is missed. */
  onWatching: () => void;
  onChange: () => Promise<void>;
};

/** Calls back, one call at a time, after each change of a file, until the signal is aborted. */
export async function atEveryChange(
  file: string,
  signal: AbortSignal,
  { onWatching, onChange }: Listeners,
): Promise<void> {
  // The folder is watched, not the file: many editors replace a file when they save it.
  const watcher = watch(dirname(file));
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  watcher.on('change', (_event, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(onChange);
    }, SETTLE_MS);
  });
  onWatching();
  await new Promise<void>((resolve, reject) => {
    watcher.on('error', reject);
    signal.addEventListener('abort', () => {
      resolve();
    });
    if (signal.aborted) resolve();
  });
  clearTimeout(timer);
  watcher.close();
  await running;
}
