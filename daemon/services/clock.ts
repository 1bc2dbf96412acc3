/** RFC 3339 with milliseconds, UTC, of `ms` since 1970 (default: now). */
export function timestamp(ms: number = Date.now()): string {
  return new Date(ms).toISOString();
}
