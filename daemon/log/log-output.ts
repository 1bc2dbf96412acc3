import { join } from 'node:path';
import { LogFeed, type LogLine } from './log-feed.ts';
import { LogFile } from './log-file.ts';
import { textOf } from './log-text.ts';

/** When nobody reads standard error, this much of it waits in memory; what comes then is lost, and the daemon goes on. */
const MAX_WAITING_BYTES = 1_048_576;

export const LOG_FILE = 'daemon.log';

export type LogOutputOptions = {
  /** Whether lines go to standard error too once there is a file. A daemon in the background has the file for that. */
  alwaysToStderr: boolean;
};

/** Where the lines of the daemon's log go: the file in the data directory, standard error, and clients that want them. */
export class LogOutput {
  readonly #feed = new LogFeed();
  readonly #alwaysToStderr: boolean;
  #file: LogFile | undefined;

  constructor({ alwaysToStderr }: LogOutputOptions) {
    this.#alwaysToStderr = alwaysToStderr;
  }

  write(line: string): void {
    this.#file?.write(line);
    if (this.#file === undefined || this.#alwaysToStderr) writeToStderr(line);
    this.#feed.write(line);
  }

  subscribe(listener: (line: LogLine) => void): () => void {
    return this.#feed.subscribe(listener);
  }

  /**
   * From here on lines go to the file of a data directory; only its owner may. Throws as LogFile.
   * @returns how to close it
   */
  openFile(dataDirectory: string): () => void {
    this.#file = new LogFile(join(dataDirectory, LOG_FILE));
    return () => {
      this.#file?.close();
      this.#file = undefined;
    };
  }
}

/**
 * A JSON document a line, or text when a terminal shows it. Through the stream, not to the descriptor: a writer of
 * descriptors waits for a reader of the pipe that does not come, and everything with it.
 */
function writeToStderr(line: string): void {
  if (process.stderr.writableLength < MAX_WAITING_BYTES) {
    process.stderr.write(process.stderr.isTTY ? textOf(line) : line);
  }
}
