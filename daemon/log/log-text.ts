import { pino } from 'pino';

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
