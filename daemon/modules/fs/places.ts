import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, realpathSync, type BigIntStats } from 'node:fs'; // prettier-ignore
import path from 'node:path';
import type { Access, ModulePolicy } from '../../../shared/ipc/call-messages.ts';
import { isInside } from '../../worktree/inside.ts';
import { addCapability, Denied, ModuleError } from '../denied.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** A name that moves while it is looked up is looked up again, so many times. */
const MAX_ATTEMPTS = 3;
/** The other one looks at each folder on the way, which Node's fence forbids. */
const realpath = realpathSync.native;
const onLinux = process.platform === 'linux';

type Root = { path: string; access: Access };

/** A place in an open folder. What is done with `name` is done in that very folder, wherever it has been moved. */
export type Place = {
  /** Opens like a path; its last part is never followed when it is a link. */
  name: string;
  stats: BigIntStats | undefined;
  /** Where it lies. */
  real: string;
};

/**
 * Which places a session may touch. A path is first read as a name: what is named outside is refused unseen. Then its
 * folder is opened, the operating system is asked where that open folder lies, and everything happens inside of it: a
 * link that is swapped in between leads nowhere. A hard link to a file outside cannot be told from a file inside.
 */
export class Places {
  readonly #policy: ModulePolicy;
  readonly #roots: Root[];

  constructor(policy: ModulePolicy) {
    this.#policy = policy;
    const { worktree, fs } = policy;
    this.#roots = fs.roots.flatMap((root) => [root, ...realRoot(root)]);
    if (fs.worktree !== 'none') this.#roots.push({ path: worktree, access: fs.worktree });
  }

  /** Calls `use` with a place, whose folder stays open that long. `follow`: what a link leads to is meant. */
  at<Result>(given: string, access: Access, follow: boolean, use: (place: Place) => Result): Result {
    const named = this.resolve(given);
    this.check(named, access, given);
    for (let attempt = 1; ; attempt++) {
      const target = this.#target(named, follow, given);
      this.check(target, access, given);
      // A root is opened itself: what it lies in is not ours to open.
      const isRoot = this.#roots.some((root) => root.path === target);
      const folder = openFolder(isRoot ? target : path.dirname(target), given);
      try {
        const base = isRoot ? '.' : path.basename(target);
        const real = placeOf(folder, isRoot ? target : path.dirname(target));
        this.check(path.join(real, base), access, given);
        const name = `${onLinux ? `/proc/self/fd/${folder}` : real}/${base}`;
        const stats = lstatSync(name, { throwIfNoEntry: false, bigint: true });
        if (!follow || stats?.isSymbolicLink() !== true) return use({ name, stats, real: path.join(real, base) });
        if (attempt === MAX_ATTEMPTS) throw new ModuleError('ELOOP', `ELOOP: too many symbolic links, '${given}'`);
      } finally {
        closeSync(folder);
      }
    }
  }

  /** The absolute path that a guest's path names. */
  resolve(given: string): string {
    if (given.includes('\0'))
      throw new ModuleError('ERR_INVALID_ARG_VALUE', 'A path must not have null bytes', { name: 'TypeError' });
    return path.resolve(this.#policy.worktree, given);
  }

  /** Throws Denied unless the place lies in a root that allows it. */
  check(place: string, access: Access, given: string): void {
    const inside = this.#roots.filter((root) => isInside(root.path, place));
    if (inside.some((root) => access === 'ro' || root.access === 'rw')) return;
    throw outside(given, access, inside.length > 0 ? 'may only be read' : undefined);
  }

  /** Node's own fence stops at a link that leads outside before we do. */
  #refusal(error: unknown, given: string): Error {
    return (error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED'
      ? outside(given, 'ro')
      : systemError(error, given);
  }

  #target(named: string, follow: boolean, given: string): string {
    if (follow) {
      try {
        return realpath(named);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw this.#refusal(error, given);
      }
    }
    if (this.#roots.some((root) => root.path === named)) return named;
    try {
      return path.join(realpath(path.dirname(named)), path.basename(named));
    } catch (error) {
      throw this.#refusal(error, given);
    }
  }
}

function outside(given: string, access: Access, what = 'lies outside of the worktree'): Denied {
  const folder = path.isAbsolute(given) ? path.dirname(given) : '/FOLDER';
  return new Denied(`'${given}' ${what}`, 'fs', addCapability('fs', 'NAME', { roots: [{ path: folder, access }] }));
}

function openFolder(folder: string, given: string): number {
  try {
    return openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    throw systemError(error, given);
  }
}

/** Where an open folder lies now: only Linux tells. Elsewhere a link that is swapped at the right moment may win. */
function placeOf(folder: number, opened: string): string {
  if (!onLinux) return realpath(opened);
  const place = readlinkSync(`/proc/self/fd/${folder}`);
  if (!place.startsWith('/') || fstatSync(folder).nlink === 0)
    throw new ModuleError('ENOENT', 'ENOENT: the folder is gone');
  return place;
}

function realRoot({ path: name, access }: Root): Root[] {
  try {
    return [{ path: realpath(name), access }];
  } catch {
    return [];
  }
}

/** The operating system's error with the path that the guest gave, not the one we used. */
export function systemError(error: unknown, given: string): Error {
  if (error instanceof Denied || error instanceof ModuleError) return error;
  const { code = 'ERR_HOST_MODULE', errno, syscall, message } = error as NodeJS.ErrnoException;
  const [text = message] = message.split(', ');
  const more = {
    ...(errno === undefined ? {} : { errno }),
    ...(syscall === undefined ? {} : { syscall }),
    path: given,
  };
  return new ModuleError(
    code,
    code === 'ERR_ACCESS_DENIED' ? `EACCES: permission denied, '${given}'` : `${text}, ${syscall ?? 'open'} '${given}'`,
    more,
  );
}
