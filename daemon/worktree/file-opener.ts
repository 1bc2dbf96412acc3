import { constants, open, openSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** What `statfs` calls the file systems of disks and memory of this machine: ext, XFS, Btrfs, F2FS, ZFS, tmpfs, overlay. */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630,
]);
/** The daemon does nothing else for so long. */
const TURN_MS = 4;
/** One that took longer has waited for a disk; so will others. */
const SLOW_MS = 3;

// O_NONBLOCK: opening a named pipe must not wait for a writer.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const openFile = promisify(open);

/** The device that a folder is on, if that is a disk of this machine. */
export async function localDevice(folder: string): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const [{ type }, { dev }] = await Promise.all([statfs(folder), stat(folder)]);
    return LOCAL.has(type) ? dev : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Opens the files of one request for reading. Another thread waits for the disk, or a network, which costs more than the
 * opening itself: what lies on a local disk that answers at once is opened at once, for some milliseconds at a time.
 */
export class FileOpener {
  readonly #device: Promise<number | undefined>;
  /** Whether a folder is on that device. A link may lead elsewhere, where opening may hang. */
  readonly #folders = new Map<string, boolean | Promise<boolean>>();
  #isSlow = false;
  #turnEnds: number | undefined;

  /** @param device of the folder that all is expected in */
  constructor(device: Promise<number | undefined>) {
    this.#device = device;
  }

  /** A file descriptor. Throws what the file system says. */
  async open(path: string): Promise<number> {
    const folder = dirname(path);
    const isLocal = this.#folders.get(folder) ?? this.#look(folder);
    if ((isLocal === true || (isLocal !== false && (await isLocal))) && this.#mayWait()) {
      const file = this.#openNow(path);
      if (file !== undefined) return file;
    }
    return openFile(path, FLAGS);
  }

  #look(folder: string): Promise<boolean> {
    const looking = Promise.all([this.#device, stat(folder)]).then(
      ([device, { dev }]) => dev === device,
      () => false,
    );
    this.#folders.set(folder, looking);
    void looking.then((isLocal) => this.#folders.set(folder, isLocal));
    return looking;
  }

  #mayWait(): boolean {
    if (this.#isSlow) return false;
    if (this.#turnEnds === undefined) {
      this.#turnEnds = performance.now() + TURN_MS;
      setImmediate(() => {
        this.#turnEnds = undefined;
      });
    }
    return performance.now() < this.#turnEnds;
  }

  /** Undefined for a link, which may lead elsewhere. */
  #openNow(path: string): number | undefined {
    const start = performance.now();
    try {
      return openSync(path, FLAGS | constants.O_NOFOLLOW);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
      throw error;
    } finally {
      this.#isSlow ||= performance.now() - start > SLOW_MS;
    }
  }
}
