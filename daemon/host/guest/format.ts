import type { Inspect } from './inspect.ts';

export type Format = (values: readonly unknown[]) => string;

/** Joins what console.log is given into a line, as Node's util.format does. Sent to the guest as text. */
export function makeFormat(inspect: Inspect): Format {
  const stringify = JSON.stringify as (value: unknown) => string | undefined;
  const plain = (value: unknown): string => (typeof value === 'string' ? value : inspect(value));

  const toText = (value: unknown): string => {
    if (typeof value === 'bigint') return `${String(value)}n`;
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    // Errors and objects with a toString of their own show themselves.
    const own = Object.prototype.hasOwnProperty.call(value, 'toString') || value instanceof Error;
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- it has one of its own
    return own ? String(value) : inspect(value, 0);
  };

  const toNumber = (value: unknown, parse: (text: string) => number): string => {
    if (typeof value === 'bigint') return `${String(value)}n`;
    return typeof value === 'symbol' || typeof value === 'object' ? 'NaN' : String(parse(toText(value)));
  };

  const conversions: Record<string, (value: unknown) => string> = {
    s: toText,
    d: (value) => toNumber(value, Number),
    i: (value) => toNumber(value, (text) => parseInt(text, 10)),
    f: (value) => (typeof value === 'symbol' ? 'NaN' : String(parseFloat(toText(value)))),
    j: (value) => {
      try {
        return stringify(value) ?? 'undefined';
      } catch {
        return '[Circular]';
      }
    },
    o: (value) => inspect(value, 4),
    O: (value) => inspect(value),
    c: () => '',
  };

  return (values) => {
    const [first, ...rest] = values;
    if (values.length === 1) return plain(first);
    if (typeof first !== 'string' || !first.includes('%')) return values.map(plain).join(' ');
    let used = 0;
    const start = first.replace(/%([sdifjoOc%])/g, (whole, letter: string) => {
      if (letter === '%') return '%';
      const convert = conversions[letter];
      return used < rest.length && convert !== undefined ? convert(rest[used++]) : whole;
    });
    return [start, ...rest.slice(used).map(plain)].join(' ');
  };
}
