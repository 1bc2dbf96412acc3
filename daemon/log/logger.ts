import { pino, type Logger } from 'pino';
import { currentRequest } from '../services/request-context.ts';

/** Whatever takes lines, each with its line break. */
export type LogTarget = { write(line: string): void };

/**
 * The daemon's log: a JSON document a line, with the ids of the request that led to it. Its `level` may be changed at any
 * time. There are no child loggers: those would keep the level that they were made with.
 */
export function createLogger(level: string, target: LogTarget): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, mixin: requestFields }, target);
}

/** What the line itself says wins. */
function requestFields(): object {
  return { ...currentRequest() };
}
