import { pino, type Logger } from 'pino';
import type { LogFeed } from './log-feed.ts';

/** When nobody reads the log, this much of it waits in memory; what comes then is lost, and the daemon goes on. */
const MAX_WAITING_BYTES = 1_048_576;

export type LoggerOptions = {
  /** Hears every line as well. */
  feed?: LogFeed;
  /** By default to stderr. */
  write?: (line: string) => void;
};

/**
 * The daemon's log on stderr: a JSON document a line, or text when a terminal shows it. Written through the stream, not to
 * the descriptor: a writer of descriptors waits for a reader of the pipe that does not come, and everything with it.
 */
export function createLogger(level: string, { feed, write = writeToStderr }: LoggerOptions = {}): Logger {
  const format = process.stderr.isTTY && write === writeToStderr ? textOf : (line: string): string => line;
  const destination = {
    write: (line: string): void => {
      write(format(line));
      feed?.write(line);
    },
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

function writeToStderr(line: string): void {
  if (process.stderr.writableLength < MAX_WAITING_BYTES) process.stderr.write(line);
}

/** `05:11:00 warn  message key=value` */
export function textOf(line: string): string {
  const { level, time, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const name = pino.levels.labels[Number(level)] ?? '';
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const facts = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${clock} ${name.padEnd(5)} ${typeof msg === 'string' ? msg : ''}${facts.join('')}\n`;
}
