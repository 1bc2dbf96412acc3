export function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** The most and the least of `items`, measured by `valueOf`. */
export function extremes(items, valueOf) {
  const sorted = [...items].sort((a, b) => valueOf(a) - valueOf(b));
  return { least: sorted[0], most: sorted.at(-1) };
}

/** A bar of blocks, an eighth of a character fine. */
export function bar(value, most, width = 24) {
  const eighths = Math.round((value / most) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
}
