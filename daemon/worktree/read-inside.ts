import { closeSync, fstatSync, read, readlinkSync, readSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { judge, pathByName, refusalOf, type OpenRefusal } from './open-inside.ts';

export type ReadText = { path: string; stats: Stats; source: string };
/** `known`: nothing was read, since the caller has the text of the file in this state. */
export type Read<Known> = ReadText | { known: Known } | { refusal: OpenRefusal };

/** Opens for reading, and neither waits for a writer of a named pipe nor for long on this thread. */
type Open = (path: string) => Promise<number>;

const MAX_ATTEMPTS = 3;
/** A file of this size is there at once when its disk has answered. */
const SMALL_BYTES = 256 * 1024;

const readFrom = promisify(read);

/**
 * Reads a text that lies inside a folder after all symlinks, as `openInside` would open it. Made for hundreds of small
 * files: only opening them is left to another thread, since that is where a disk or a network may be waited for.
 * @param folder absolute, symlinks resolved
 * @param path absolute
 * @param knownAs what the caller has of a file that lies there, looks so, and may be read
 */
export async function readInside<Known>(
  folder: string,
  path: string,
  maxBytes: number,
  open: Open,
  knownAs: (place: string, stats: Stats) => Known | undefined,
): Promise<Read<Known>> {
  for (let attempt = 1; ; attempt++) {
    const text = await tryRead(folder, path, maxBytes, open, knownAs);
    if (text !== 'gone') return text;
    if (attempt === MAX_ATTEMPTS) return { refusal: { why: 'missing' } };
  }
}

/** `gone`: it was there a moment ago, and an editor that saves by renaming may have put another in its place. */
async function tryRead<Known>(
  folder: string,
  path: string,
  maxBytes: number,
  open: Open,
  knownAs: (place: string, stats: Stats) => Known | undefined,
): Promise<Read<Known> | 'gone'> {
  let file: number | undefined;
  try {
    file = await open(path);
    const stats = fstatSync(file);
    const place = stats.nlink === 0 ? undefined : (pathOf(file) ?? (await pathByName(path, stats)));
    if (place === undefined) return 'gone';
    const refusal = judge(folder, place, stats, maxBytes);
    if (refusal !== undefined) return { refusal };
    const known = knownAs(place, stats);
    if (known !== undefined) return { known };
    return { path: place, stats, source: await textOf(file, stats.size) };
  } catch (error) {
    return { refusal: refusalOf(error) };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Linux tells where an open file lies, which no race can falsify. */
function pathOf(file: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const path = readlinkSync(`/proc/self/fd/${file}`);
    return path.startsWith('/') ? path : undefined;
  } catch {
    return undefined;
  }
}

/** All that is there now, which may be less than there was: the file may just be being written. */
async function textOf(file: number, size: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  for (let more = -1; more !== 0 && length < size; length += more) {
    more =
      size > SMALL_BYTES
        ? (await readFrom(file, bytes, length, size - length, length)).bytesRead
        : readSync(file, bytes, length, size - length, length);
  }
  return bytes.toString('utf8', 0, length);
}
