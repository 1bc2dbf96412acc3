import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** The variable by which those are found that have left the group of the program that was run. */
export const MARK = 'VM_SYSTEM_RUN';

/** Someone who forks faster than we look is tried again, so often. */
const MAX_ROUNDS = 20;

/** A mark for one run of a module process. */
export function newMark(modulePid: number): string {
  return `${modulePid}.${randomUUID()}`;
}

/** Kills every process with a mark that begins so. Only Linux tells the environment of others. */
export function killMarked(mark: string): void {
  if (process.platform !== 'linux') return;
  const text = Buffer.from(`${MARK}=${mark}`);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMarked(name, text));
    if (found.length === 0) return;
    for (const name of found) kill(Number(name));
  }
}

/** Kills what the runs of a module process have left that could not do it itself. */
export function killLeftBy(modulePid: number): void {
  killMarked(`${modulePid}.`);
}

function isMarked(pid: string, text: Buffer): boolean {
  try {
    // A zombie's is empty.
    return readFileSync(`/proc/${pid}/environ`).includes(text);
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
