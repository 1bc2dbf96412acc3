import type { BigIntStats, Dirent } from 'node:fs';

/** As `Stats` has them; times in milliseconds. No device or inode: they tell of the machine. */
export function wireStats(stats: BigIntStats): unknown {
  const { mode, size, nlink, atimeNs, mtimeNs, ctimeNs, birthtimeNs } = stats;
  const ms = (ns: bigint): number => Number(ns / 1000n) / 1000;
  const times = { atimeMs: ms(atimeNs), mtimeMs: ms(mtimeNs), ctimeMs: ms(ctimeNs), birthtimeMs: ms(birthtimeNs) };
  return { kind: kindOf(stats), mode: Number(mode), size: Number(size), nlink: Number(nlink), ...times };
}

export function kindOf(entry: Dirent | BigIntStats): string {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
