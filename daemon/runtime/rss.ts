import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';

/** Reads how much memory a process keeps resident, bytes. Undefined when that cannot be known. */
export type RssMeter = { read(): number | undefined; close(): void };

/** Pages are 4 KiB on x64, and on arm64 may be 16 or 64: asked of the running process itself, whose size Node knows. */
const buffer = Buffer.alloc(256);

/** Cheap enough for every few milliseconds: one read of an open file of /proc, about 3 µs. */
export function openRssMeter(pid: number): RssMeter {
  return process.platform === 'linux' ? openProcMeter(pid) : openPsMeter(pid);
}

function openProcMeter(pid: number): RssMeter {
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/statm`, 'r');
  } catch {
    // Gone already.
  }
  return {
    read: () => (fd === undefined ? undefined : readResidentPages(fd) * pageBytes()),
    close: () => {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** The second number of statm; 0 when the process is gone. */
function readResidentPages(fd: number): number {
  try {
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    return Number(buffer.toString('latin1', 0, length).split(' ', 2)[1] ?? 0);
  } catch {
    return 0;
  }
}

let knownPageBytes: number | undefined;

function pageBytes(): number {
  if (knownPageBytes !== undefined) return knownPageBytes;
  const fd = openSync('/proc/self/statm', 'r');
  const estimate = process.memoryUsage.rss() / readResidentPages(fd);
  closeSync(fd);
  // The two readings differ by what was touched in between: the nearest size that exists is meant.
  knownPageBytes = [4096, 16_384, 65_536].reduce((best, size) => (Math.abs(size - estimate) < Math.abs(best - estimate) ? size : best)); // prettier-ignore
  return knownPageBytes;
}

/** Elsewhere `ps` is asked in the background; a reading is some 50 ms old. */
function openPsMeter(pid: number): RssMeter {
  let latest: number | undefined;
  let isAsking = false;
  const ask = (): void => {
    if (isAsking || process.platform === 'win32') return;
    isAsking = true;
    execFile('/bin/ps', ['-o', 'rss=', '-p', String(pid)], (_error, output) => {
      isAsking = false;
      latest = Number(output.trim()) * 1024 || undefined;
    });
  };
  return {
    read: () => {
      ask();
      return latest;
    },
    close: () => undefined,
  };
}
