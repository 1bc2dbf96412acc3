import { readFileSync } from 'node:fs';
import { descendants } from '../vscode/ui/clean-vs-code.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const LOOK_MS = 400;

/** Of a processor, within that time. In Linux's ticks of 10 ms. */
const REST_TICKS = 3;

/** Other processes may take most of the machine. */
const DEADLINE_MS = 60_000;

/**
 * Waits until a VS Code that has just started has loaded everything: TypeScript's own server alone takes a processor for a
 * second after the first file was opened, which would be measured in place of what follows. Linux only.
 */
export async function atRest(pid: number): Promise<void> {
  const isAtRest = async (): Promise<boolean> => {
    try {
      const before = ticks(pid);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      return ticks(pid) - before <= REST_TICKS;
    } catch {
      // One of its processes ended while it was looked at.
      return false;
    }
  };
  await waitUntil(isAtRest, 'VS Code to come to rest', DEADLINE_MS);
}

/** Processor time of a process and of all that it started and that still run. */
function ticks(pid: number): number {
  return [pid, ...descendants(pid)].map(ticksOf).reduce((sum, each) => sum + each, 0);
}

function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
