let lastMs = Number.NaN;
let lastText = '';

/** RFC 3339 with milliseconds, UTC, of `ms` since 1970 (default: now). Most calls ask for the same moment as the one before. */
export function timestamp(ms: number = Date.now()): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
