import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { requirePrivate } from '../ownership/private-path.ts';

/** Enough for weeks of usual work; with the older ones at most four times that. */
const MAX_BYTES = 5 * 1024 * 1024;

/** How many older files are kept, as `.1` (the newest) to `.3`. */
const OLD_FILES = 3;

/** How often we look whether somebody has moved the file away. */
const LOOK_MS = 1_000;

/** Not known to Windows, where making links takes a privilege. */
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/**
 * A file of lines, private to the user. Each line is written before `write` returns, so none is lost however the process
 * ends. What the disk refuses is left out, and counted in the first line that it takes again.
 *
 * A full file is copied and then emptied, never renamed: a daemon in the background has it as its standard error as well,
 * and what Node itself prints when it crashes must land in the same file.
 */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: number | undefined;
  #size = 0;
  #lost = 0;
  #isTorn = false;
  #lookAt = 0;

  /** Throws OwnershipError for what is no private file of ours, and the system's error when it cannot be opened. */
  constructor(path: string, { maxBytes = MAX_BYTES } = {}) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#open();
  }

  write(line: string): void {
    try {
      this.#follow();
      const text = this.#isTorn ? `\n${line}` : line;
      if (this.#size > 0 && this.#size + Buffer.byteLength(text) > this.#maxBytes) this.#rotate();
      if (this.#lost > 0) this.#confess();
      this.#put(text);
    } catch {
      this.#lost += 1;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): void {
    requirePrivate(this.#path, 'file');
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW;
    this.#file = openSync(this.#path, flags, 0o600);
    this.#size = fstatSync(this.#file).size;
    this.#lookAt = Date.now() + LOOK_MS;
  }

  /** A file that was moved or removed is made anew. */
  #follow(): void {
    if (this.#file === undefined) this.#open();
    else if (Date.now() >= this.#lookAt) {
      this.#lookAt = Date.now() + LOOK_MS;
      const there = statSync(this.#path, { throwIfNoEntry: false });
      const ours = fstatSync(this.#file);
      // Others (Node, when it crashes) write to it as well.
      this.#size = ours.size;
      if (there?.ino === ours.ino) return;
      this.close();
      this.#open();
    }
  }

  #put(text: string): void {
    if (this.#file === undefined) throw new TypeError('the log file is closed');
    const bytes = Buffer.from(text);
    const written = writeSync(this.#file, bytes);
    this.#size += written;
    this.#isTorn = written < bytes.length;
    if (this.#isTorn) throw new Error('the disk took a part of a line only');
  }

  #confess(): void {
    const note = { level: 40, time: new Date().toISOString(), lost: this.#lost, msg: 'lines of the log were lost' };
    this.#put(`${JSON.stringify(note)}\n`);
    this.#lost = 0;
  }

  /** The file is emptied even when its copy fails: it must not grow for ever. */
  #rotate(): void {
    if (this.#file === undefined) return;
    try {
      const copy = `${this.#path}.new`;
      rmSync(copy, { force: true });
      copyFileSync(this.#path, copy, constants.COPYFILE_EXCL);
      for (let age = OLD_FILES - 1; age > 0; age--) renameIfThere(`${this.#path}.${age}`, `${this.#path}.${age + 1}`);
      renameSync(copy, `${this.#path}.1`);
    } catch {
      this.#lost += 1;
    }
    ftruncateSync(this.#file, 0);
    this.#size = 0;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
