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

/** How long processes are looked at to see that they do nothing. */
const REST_MS = 300;

/** Whether processes take no processor time, for a moment: those that have just started do. Linux only; elsewhere yes. */
export async function areAtRest(pids: readonly number[]): Promise<boolean> {
  const before = ticksOf(pids);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return ticksOf(pids) === before;
}

/** Processor time, in Linux's ticks of 10 ms. */
function ticksOf(pids: readonly number[]): number {
  if (process.platform !== 'linux') return 0;
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0);
}
