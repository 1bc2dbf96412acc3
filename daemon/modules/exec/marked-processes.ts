import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** The variable by which those are found that have left the group of the program that was run. */
export const MARK = 'VM_SYSTEM_RUN';

/** Someone who forks faster than we look is tried again, so often. */
const MAX_ROUNDS = 40;
/** A process that is just becoming another program has no environment for a moment; few have none for good. */
const MAX_UNCLEAR_ROUNDS = 10;
const UNCLEAR_MS = 2;
const KERNEL_THREAD = 0x200000;

/** A mark for one run of a module process. */
export function newMark(modulePid: number): string {
  return `${modulePid}.${randomUUID()}`;
}

/** Kills every process with a mark that begins so. Only Linux tells the environment of others. */
export function killMarked(mark: string): void {
  if (process.platform !== 'linux') return;
  const text = Buffer.from(`${MARK}=${mark}`);
  let patience = MAX_UNCLEAR_ROUNDS;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const looks = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => ({ pid, look: lookAt(pid, text) })); // prettier-ignore
    const found = looks.filter(({ look }) => look === 'marked');
    for (const { pid } of found) kill(Number(pid));
    if (found.length > 0) continue;
    if (patience-- === 0 || !looks.some(({ look }) => look === 'unclear')) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, UNCLEAR_MS);
  }
}

/** Kills what the runs of a module process have left that could not do it itself. */
export function killLeftBy(modulePid: number): void {
  killMarked(`${modulePid}.`);
}

function lookAt(pid: string, text: Buffer): 'marked' | 'other' | 'unclear' {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`);
    if (environment.length > 0) return environment.includes(text) ? 'marked' : 'other';
    const [state = '', , , , , , flags = '0'] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' '); // prettier-ignore
    return 'ZX'.includes(state) || (Number(flags) & KERNEL_THREAD) !== 0 ? 'other' : 'unclear';
  } catch {
    return 'other';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
