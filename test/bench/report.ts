import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One measured figure beside its floor or its target, all in `unit`. */
export type Row = { what: string; value: number; unit: string; floor?: number; target?: string };

/** Prints the figures as a table and writes them as JSON. */
export function report(rows: readonly Row[], file: string): void {
  const cells = rows.map(({ what, value, unit, floor, target }) => [
    what,
    `${format(value)} ${unit}`,
    floor === undefined ? '' : `${format(floor)} ${unit}`,
    floor === undefined ? '' : `${(value / floor).toFixed(2)} ×`,
    target ?? '',
  ]);
  const table = [['measure', 'ours', 'floor', 'ours / floor', 'target'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ at: new Date().toISOString(), node: process.version, rows }, null, 2));
  console.log(`\nwritten to ${file}`);
}

function format(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}
