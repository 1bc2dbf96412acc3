import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Processes that the process `pid` has started and that are not reaped yet. */
export function childrenOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return rows
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(row)?.slice(1) ?? [])
    .filter(([, parent, command = '']) => Number(parent) === pid && command.includes('--no-node-snapshot'))
    .map(([child]) => Number(child));
}

/** Whether the process is there, and not merely waiting to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Resident memory in MiB; Linux only. */
export function residentMb(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) / 256;
  } catch {
    return 0;
  }
}
