import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As hosts set it for themselves, before they make their first thread. */
const HOST_NICENESS = 5;

/** In the environment of a host that starts at full priority, as somebody waits for it. */
export const HURRIED = { VM_SYSTEM_HURRIED: '1' } as const;

/** Gives a host that was hurried the priority of all others. To be called before it has a guest. */
export function endHurry(pid: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, HOST_NICENESS);
    } catch {
      // Not permitted, or the thread has ended: fair is good enough.
    }
  }
}

/** On Linux priorities belong to threads, and new ones inherit; elsewhere to processes. */
function threadsOf(pid: number): number[] {
  if (process.platform !== 'linux') return [pid];
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}
