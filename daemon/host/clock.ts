const start = process.hrtime.bigint();

/** Milliseconds since the host began, never going back. As performance.now(), which would load Node's histograms. */
export function now(): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}
