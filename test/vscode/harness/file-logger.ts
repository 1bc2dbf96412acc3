import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';

/**
 * What VS Code writes its logs and output channels with, in place of its native module `@vscode/spdlog`: npm has that one
 * only as C++ sources, and a machine that runs the tests needs no compiler. Same functions, same files, same rotation.
 */

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const;
type Level = (typeof LEVELS)[number];

/** Levels by number: 0 is trace, 5 critical, 6 off. */
const levels = { all: 0 };

export const version = 'tests';

/** The level of loggers that are made from now on. */
export function setLevel(level: number): void {
  levels.all = level;
}

/** Every message is written at once. */
export function setFlushOn(): void {
  // Nothing waits for a flush.
}

export class Logger {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  #level = levels.all;
  #plain = false;
  #file: number;
  #bytes: number;

  /** Appends to a file; one that would exceed `maxBytes` becomes NAME.1.EXT, that one NAME.2.EXT, up to `maxFiles`. */
  constructor(_type: string, _name: string, path: string, maxBytes: number, maxFiles: number) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#maxFiles = maxFiles;
    this.#file = openSync(path, 'a');
    this.#bytes = fstatSync(this.#file).size;
  }

  trace(message: string): void {
    this.#log('trace', message);
  }
  debug(message: string): void {
    this.#log('debug', message);
  }
  info(message: string): void {
    this.#log('info', message);
  }
  warn(message: string): void {
    this.#log('warning', message);
  }
  error(message: string): void {
    this.#log('error', message);
  }
  critical(message: string): void {
    this.#log('critical', message);
  }

  getLevel(): number {
    return this.#level;
  }
  setLevel(level: number): void {
    this.#level = level;
  }
  /** VS Code has one pattern: time, level, message. */
  setPattern(): void {
    this.#plain = false;
  }
  /** From now on messages are written as they are. */
  clearFormatters(): void {
    this.#plain = true;
  }
  flush(): void {
    // Nothing waits for a flush.
  }
  drop(): void {
    closeSync(this.#file);
    this.#level = LEVELS.length;
  }

  #log(level: Level, message: string): void {
    if (LEVELS.indexOf(level) < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, -1);
    const bytes = Buffer.from(this.#plain ? message : `${time} [${level}] ${message}\n`);
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#maxBytes) this.#rotate();
    writeSync(this.#file, bytes);
    this.#bytes += bytes.length;
  }

  #rotate(): void {
    closeSync(this.#file);
    for (let index = this.#maxFiles - 1; index > 0; index--) {
      try {
        renameSync(this.#nameOf(index - 1), this.#nameOf(index));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#file = openSync(this.#path, 'w');
    this.#bytes = 0;
  }

  #nameOf(index: number): string {
    const { dir, name, ext } = parse(this.#path);
    return index === 0 ? this.#path : join(dir, `${name}.${index}${ext}`);
  }
}

/** Makes a logger, and the file's folder where there is none. */
export function createRotatingLogger(...args: [string, string, number, number]): Promise<Logger> {
  return Promise.resolve(new Logger('rotating', ...args));
}

export const createAsyncRotatingLogger = createRotatingLogger;
