import { accessSync, constants, existsSync, lstatSync, readdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readToken } from '../data-directory.ts';
import { requirePrivate } from '../ownership/private-path.ts';
import { failure, ok, reasonOf, size, warning, type Finding } from './finding.ts';

/** What a daemon needs for a day of usual work, and what it needs to go on at all. */
const SCARCE_BYTES = 512 * 1024 * 1024;
const TOO_FEW_BYTES = 64 * 1024 * 1024;

/** Everything of ours in a data directory is called so, or begins so; anything else is none of our business. */
const OURS = ['daemon.', 'endpoint.json', 'start.lock', 'token', 'vm-system.db'];

/** The folder itself: ours, closed to others, and open to writing. */
export function checkDataDirectory(path: string): Finding {
  const name = 'data directory';
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return ok(name, `${path} does not exist yet; the first daemon makes it`);
  try {
    requirePrivate(path, 'folder');
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(name, path);
  } catch (error) {
    return refusal(name, reasonOf(error), 'choose another with VM_SYSTEM_DATA_DIR');
  }
}

/** What lies in it: plain files and sockets of this user, which nobody else can read. */
export function checkPermissions(path: string): Finding {
  const name = 'permissions';
  if (!existsSync(path)) return ok(name, 'there are no files yet');
  try {
    const files = readdirSync(path).filter((file) => OURS.some((start) => file.startsWith(start)));
    for (const file of files) requirePrivate(join(path, file), file.endsWith('.sock') ? 'socket' : 'file');
    readToken(path);
    return ok(name, `all ${files.length} files of the data directory are private to you`);
  } catch (error) {
    return refusal(name, reasonOf(error), `give them back to yourself: chown -R "$USER" '${path}'`);
  }
}

/** Our refusals say themselves what to do, behind a semicolon. */
function refusal(check: string, text: string, otherwise: string): Finding {
  const end = text.lastIndexOf('; ');
  if (end === -1) return failure(check, text, otherwise);
  return failure(check, text.slice(0, end), text.slice(end + 2));
}

/** Room on the disk of the data directory. */
export function checkDisk(path: string): Finding {
  const name = 'disk';
  const folder = nearest(path);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${size(free)} are free for ${path}`;
  const mend = 'free some space, or delete what is old: vm-system ops gc --older-than 30d';
  if (free < TOO_FEW_BYTES) return failure(name, found, mend);
  return free < SCARCE_BYTES ? warning(name, found, mend) : ok(name, found);
}

function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

/** `endpoint.json.123.tmp`, `token.123.0a1b2c3d`: somebody was killed in the middle of writing it. */
const HALF_WRITTEN = /^(?:endpoint\.json\.(\d+)\.tmp|token\.(\d+)\.[0-9a-f]{8}|daemon\.log\.new)$/;

/** What killed processes have left behind. Locks never are stale: the system drops them with their process. */
export function checkLeftovers(path: string, isServed: boolean): Finding {
  const name = 'leftovers';
  if (!existsSync(path)) return ok(name, 'there is nothing');
  const files = readdirSync(path);
  const left = files.filter((file) => isHalfWritten(file));
  const remove = `remove: ${left.map((file) => `'${join(path, file)}'`).join(' ')}`;
  if (left.length > 0) return warning(name, `${left.join(', ')} was never finished`, remove);
  const ofDaemon = isServed ? [] : files.filter((file) => file === 'endpoint.json' || file === 'daemon.sock');
  if (ofDaemon.length === 0) return ok(name, 'there is nothing');
  return warning(
    name,
    `a daemon that was killed has left ${ofDaemon.join(' and ')}`,
    'nothing: the next daemon replaces them, for example: vm-system serve',
  );
}

function isHalfWritten(file: string): boolean {
  const match = HALF_WRITTEN.exec(file);
  if (match === null) return false;
  const pid = Number(match[1] ?? match[2] ?? 0);
  return pid === 0 || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
