let lastMs = Number.NaN;
let lastText = '';

/** The moment of a timestamp that `timestamp` has made, mostly just now. */
export function momentOf(text: string): number {
  return text === lastText ? lastMs : Date.parse(text);
}

/** RFC 3339 with milliseconds, UTC, of `ms` since 1970 (default: now). Most calls ask for the same moment as the one before. */
export function timestamp(ms: number = Date.now()): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
