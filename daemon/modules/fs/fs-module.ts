import { randomUUID } from 'node:crypto';
import {
  accessSync, closeSync, constants, fstatSync, ftruncateSync, lstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync,
  rmdirSync, unlinkSync, type BigIntStats,
} from 'node:fs'; // prettier-ignore
import path from 'node:path';
import type { ModulePolicy } from '../../../shared/ipc/call-messages.ts';
import { ModuleError } from '../denied.ts';
import type { HostModule } from '../host-module.ts';
import { bytes, flagsOf, number, options, text, type Options } from './fs-arguments.ts';
import { MAX_ENTRIES, notFound, tooMany } from './fs-errors.ts';
import { inFolder, readAll, requireFile, writeAll } from './open-files.ts';
import { Places, systemError, type Place } from './places.ts';
import { Quota } from './quota.ts';
import { kindOf, wireStats } from './wire-stats.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const CHUNK = 1024 * 1024;

/** The files that a session may touch, by the calls of Node's `fs`. Paths are text, contents are base64. */
export class FsModule implements HostModule {
  readonly places: Places;
  readonly quota: Quota;

  constructor(policy: ModulePolicy, tellUsed: (bytes: number) => void) {
    this.places = new Places(policy);
    this.quota = new Quota(policy.fs.quota_bytes, policy.fs.quota_used ?? 0, tellUsed);
  }

  call(name: string, args: readonly unknown[]): unknown {
    const [first, second, third] = args;
    const file = text('path', first);
    try {
      switch (name) {
        case 'readFile': return this.#readFile(file, options(second)['utf8'] === true);
        case 'stat': return this.#stat(file, true, options(second));
        case 'lstat': return this.#stat(file, false, options(second));
        case 'exists': return this.#exists(file);
        case 'readdir': return this.#readdir(file, options(second)['recursive'] === true);
        case 'realpath': return this.#realpath(file);
        case 'mkdir': return this.#mkdir(file, options(second)['recursive'] === true);
        case 'mkdtemp': return this.#mkdtemp(`${file}${randomUUID().slice(0, 6)}`);
        default: this.#change(name, file, second, third);
      } // prettier-ignore
      return undefined;
    } catch (error) {
      throw systemError(error, file);
    }
  }

  /** The calls that give nothing. */
  #change(name: string, file: string, second: unknown, third: unknown): void {
    switch (name) {
      case 'access': this.#access(file, number(second, 0)); break;
      case 'writeFile': this.#writeFile(file, bytes(second), options(third)); break;
      case 'rmdir': this.places.at(file, 'rw', false, ({ name: place }) => { rmdirSync(place); }); break;
      case 'unlink': this.places.at(file, 'rw', false, (place) => { this.#unlink(place); }); break;
      case 'rm': this.#rm(file, options(second)); break;
      case 'truncate': this.#truncate(file, number(second, 0)); break;
      case 'rename': this.#rename(file, text('newPath', second)); break;
      case 'copyFile': this.#copyFile(file, text('dest', second), number(third, 0)); break;
      default: throw new ModuleError('ERR_METHOD_NOT_IMPLEMENTED', `fs.${name.slice(0, 40)} is not there`);
    } // prettier-ignore
  }

  #readFile(file: string, utf8: boolean): string {
    return this.#open(file, 'ro', O_RDONLY, (fd, stats) =>
      readAll(fd, Number(stats.size), file).toString(utf8 ? 'utf8' : 'base64'),
    );
  }

  #writeFile(file: string, data: Buffer, { flag, mode }: Options): void {
    const flags = flagsOf(flag ?? 'w');
    this.#open(file, 'rw', flags, (fd, stats) => {
      const before = Number(stats.size);
      const after = (flags & O_APPEND) === 0 ? data.length : before + data.length;
      this.quota.require(after - before, file);
      if ((flags & O_APPEND) === 0) ftruncateSync(fd, 0);
      writeAll(fd, data);
      this.quota.grown(after - before);
    }, mode); // prettier-ignore
  }

  /** Only ordinary files: a device or a pipe would do something when it is opened. */
  #open<Result>(
    file: string,
    access: 'ro' | 'rw',
    flags: number,
    use: (fd: number, stats: BigIntStats) => Result,
    mode?: unknown,
  ): Result {
    return this.places.at(file, access, true, ({ name, stats }) => {
      if (stats !== undefined) requireFile(stats, file);
      const fd = openSync(name, flags | O_NOFOLLOW | O_NONBLOCK, typeof mode === 'number' ? mode & 0o777 : 0o666);
      try {
        const opened = fstatSync(fd, { bigint: true });
        requireFile(opened, file);
        return use(fd, opened);
      } finally {
        closeSync(fd);
      }
    });
  }

  #stat(file: string, follow: boolean, { throwIfNoEntry }: Options): unknown {
    return this.places.at(file, 'ro', follow, ({ stats }) => {
      if (stats !== undefined) return wireStats(stats);
      if (throwIfNoEntry === false) return null;
      throw notFound(follow ? 'stat' : 'lstat', file);
    });
  }

  #exists(file: string): boolean {
    try {
      return this.places.at(file, 'ro', true, ({ stats }) => stats !== undefined);
    } catch (error) {
      if (error instanceof ModuleError) return false;
      throw error;
    }
  }

  #access(file: string, mode: number): void {
    this.places.at(file, (mode & constants.W_OK) === 0 ? 'ro' : 'rw', true, ({ name, stats }) => {
      if (stats === undefined) throw notFound('access', file);
      accessSync(name, mode);
    });
  }

  #realpath(file: string): string {
    return this.places.at(file, 'ro', true, ({ stats, real }) => {
      if (stats === undefined) throw notFound('realpath', file);
      return real;
    });
  }

  /** Name and kind of each entry. */
  #readdir(file: string, recursive: boolean): [string, string][] {
    const found: [string, string][] = [];
    const read = (name: string, prefix: string): void => {
      for (const entry of readdirSync(name, { withFileTypes: true })) {
        if (found.length >= MAX_ENTRIES) throw tooMany(file);
        found.push([`${prefix}${entry.name}`, kindOf(entry)]);
        if (recursive && entry.isDirectory()) inFolder(`${name}/${entry.name}`, (inside) => { read(inside, `${prefix}${entry.name}/`); }); // prettier-ignore
      }
    };
    this.places.at(file, 'ro', true, ({ name }) => { inFolder(name, (folder) => { read(folder, ''); }); }); // prettier-ignore
    return found;
  }

  #mkdtemp(folder: string): string {
    this.places.at(folder, 'rw', false, ({ name }) => { mkdirSync(name); }); // prettier-ignore
    return folder;
  }

  #mkdir(file: string, recursive: boolean): string | undefined {
    if (!recursive) {
      this.places.at(file, 'rw', false, ({ name }) => { mkdirSync(name); }); // prettier-ignore
      return undefined;
    }
    const missing: string[] = [];
    for (let at = file; ; at = path.dirname(at)) {
      const stats = this.#look(at);
      if (stats?.isDirectory() === true) break;
      if (stats !== undefined)
        throw new ModuleError('EEXIST', `EEXIST: file already exists, mkdir '${file}'`, { path: file });
      missing.unshift(at);
      if (path.dirname(at) === at) break;
    }
    for (const each of missing) this.places.at(each, 'rw', false, ({ name }) => { mkdirSync(name); }); // prettier-ignore
    return missing[0] === undefined ? undefined : this.places.resolve(missing[0]);
  }

  #look(file: string): BigIntStats | undefined {
    this.places.check(this.places.resolve(file), 'rw', file);
    try {
      return this.places.at(file, 'rw', true, ({ stats }) => stats);
    } catch (error) {
      if (error instanceof ModuleError && error.details['code'] === 'ENOENT') return undefined;
      throw error;
    }
  }

  #unlink({ name, stats }: Pick<Place, 'name' | 'stats'>): void {
    unlinkSync(name);
    if (stats?.isFile() === true && stats.nlink === 1n) this.quota.grown(-Number(stats.size));
  }

  #rm(file: string, { recursive, force }: Options): void {
    this.places.at(file, 'rw', false, ({ name, stats }) => {
      if (stats === undefined) {
        if (force === true) return;
        throw notFound('rm', file);
      }
      if (!stats.isDirectory()) this.#unlink({ name, stats });
      else if (recursive === true) this.#removeFolder(name, file, { count: 0 });
      else
        throw new ModuleError('ERR_FS_EISDIR', `Path is a directory: rm returned EISDIR (is a directory) ${file}`, {
          path: file,
        });
    });
  }

  /** Each folder is opened before it is looked into, and links in it are removed and not followed. */
  #removeFolder(name: string, file: string, seen: { count: number }): void {
    inFolder(name, (folder) => {
      for (const entry of readdirSync(folder)) {
        if (++seen.count > MAX_ENTRIES) throw tooMany(file);
        const each = `${folder}/${entry}`;
        const stats = lstatSync(each, { throwIfNoEntry: false, bigint: true });
        if (stats?.isDirectory() === true) this.#removeFolder(each, file, seen);
        else if (stats !== undefined) this.#unlink({ name: each, stats });
      }
    });
    rmdirSync(name);
  }

  #truncate(file: string, length: number): void {
    this.#open(file, 'rw', O_RDWR, (fd, stats) => {
      const growth = length - Number(stats.size);
      this.quota.require(growth, file);
      ftruncateSync(fd, length);
      this.quota.grown(growth);
    });
  }

  #rename(from: string, to: string): void {
    this.places.at(from, 'rw', false, ({ name }) => {
      this.places.at(to, 'rw', false, ({ name: newName }) => { renameSync(name, newName); }); // prettier-ignore
    });
  }

  #copyFile(from: string, to: string, mode: number): void {
    const flags = O_WRONLY | O_CREAT | ((mode & constants.COPYFILE_EXCL) === 0 ? 0 : O_EXCL);
    this.#open(from, 'ro', O_RDONLY, (source, { size, mode: sourceMode }) => {
      this.#open(to, 'rw', flags, (target, stats) => {
        const growth = Number(size - stats.size);
        this.quota.require(growth, to);
        ftruncateSync(target, 0);
        const chunk = Buffer.alloc(CHUNK);
        let left = Number(size);
        for (let count = 1; left > 0 && count > 0; left -= count) {
          count = readSync(source, chunk, 0, Math.min(CHUNK, left), null);
          writeAll(target, chunk.subarray(0, count));
        }
        this.quota.grown(growth);
      }, Number(sourceMode)); // prettier-ignore
    });
  }
}
