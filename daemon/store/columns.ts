/** How values are kept in columns: moments as integers of milliseconds, structures as JSON text. */

// Events of one burst mostly bear the same millisecond, so the last conversion is kept.
let lastText = '';
let lastMs = NaN;

/** Milliseconds since 1970 of an RFC 3339 timestamp. */
export function toMs(text: string): number {
  if (text !== lastText) {
    lastMs = Date.parse(text);
    lastText = text;
  }
  return lastMs;
}

let lastReadMs = NaN;
let lastReadText = '';

/** RFC 3339 with milliseconds, UTC. */
export function toTimestamp(ms: number): string {
  if (ms !== lastReadMs) {
    lastReadText = new Date(ms).toISOString();
    lastReadMs = ms;
  }
  return lastReadText;
}

/** A column that may be empty. */
export function orNull<T, U>(value: T | undefined, convert: (value: T) => U): U | null {
  return value === undefined ? null : convert(value);
}

/** The text of a JSON column as the type that was stored there; nobody else writes this database. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the type at the place of use
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
