import { InvalidArgumentError } from 'commander';

/** A whole number of an option. */
export function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A whole number of at least `minimum`. */
export function integerFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = integer(text);
    if (value < minimum) throw new InvalidArgumentError(`It must be at least ${minimum}.`);
    return value;
  };
}

/** JSON of an option. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** A JSON object of an option. */
export function jsonObject(text: string): Record<string, unknown> {
  const value = json(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidArgumentError('It must be a JSON object.');
}

/** `KEY=VALUE`, any number of times, or one JSON object. */
export function environment(text: string, previous: Record<string, string> = {}): Record<string, string> {
  if (text.startsWith('{')) return { ...previous, ...(jsonObject(text) as Record<string, string>) };
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('It must be KEY=VALUE or a JSON object.');
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

/** `HOST:PORT`, `:PORT` (on 127.0.0.1) or `[::1]:PORT`. */
export function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError('It must be HOST:PORT, for example 127.0.0.1:3210.');
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? '127.0.0.1' : host, port };
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30d`, `12h`, `90m` or `45s`, in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be a number with s, m, h or d, for example 30d.');
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
