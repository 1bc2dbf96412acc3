import { floor, numberToFixed, stringPadStart } from './primordials.ts';
import { at } from './list.ts';
import { split } from './text.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds as `console.timeEnd` prints them: `1.5ms`, `2.000s`, `1:02.500 (m:ss.mmm)`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${+numberToFixed(ms, 3)}ms`;
  if (ms < MINUTE) return `${numberToFixed(ms / SECOND, 3)}s`;
  const hours = floor(ms / HOUR);
  const minutes = floor((ms % HOUR) / MINUTE);
  const parts = split(numberToFixed((ms % MINUTE) / SECOND, 3), '.');
  const seconds = `${pad(at(parts, 0))}.${at(parts, 1)}`;
  if (hours === 0) return `${minutes}:${seconds} (m:ss.mmm)`;
  return `${hours}:${pad(`${minutes}`)}:${seconds} (h:mm:ss.mmm)`;
}

const pad = (text: string): string => stringPadStart(text, 2, '0');
