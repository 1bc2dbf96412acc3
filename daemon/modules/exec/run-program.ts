import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ModuleError } from '../denied.ts';
import { killMarked, MARK, newMark } from './marked-processes.ts';

export type ProgramRequest = {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  input: Buffer;
  /** Of stdout and stderr together. */
  maxOutputBytes: number;
  timeoutMs: number | undefined;
  signal: AbortSignal;
};

export type Ended = {
  how: 'ended' | 'flooded' | 'late' | 'aborted';
  exitCode: number | null;
  signal: string | null;
  stdout: Buffer;
  stderr: Buffer;
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Whoever still holds a pipe this long after everything was killed cannot be waited for. */
const PIPES_MS = 500;

/** How to end each program that runs now. */
const running = new Set<() => void>();

function killRunning(): void {
  for (const killAll of running) killAll();
}

/** The daemon is gone, and the system tells us: without this, only we would be. */
function terminate(): void {
  killRunning();
  process.exit();
}

function begin(killAll: () => void): void {
  if (running.size === 0) {
    process.on('exit', killRunning);
    process.on('SIGTERM', terminate);
  }
  running.add(killAll);
}

function end(killAll: () => void): void {
  running.delete(killAll);
  if (running.size > 0) return;
  process.off('exit', killRunning);
  process.off('SIGTERM', terminate);
}

/**
 * Runs a program without a shell, in a process group of its own. Nothing that it has started outlives it: neither in
 * its group nor, where the system lets us see the others' environment, outside of it.
 */
export function runProgram(request: ProgramRequest): Promise<Ended> {
  const { file, args, cwd, env, signal } = request;
  const mark = newMark(process.pid);
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new ModuleError('ABORT_ERR', 'The execution has ended');
    const child = spawn(file, args, {
      cwd,
      env: environment(env, mark),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.once('error', (error) => {
      if (child.pid === undefined) reject(error);
    });
    if (child.pid === undefined) return;
    follow(child, child.pid, mark, request, resolve);
  });
}

/**
 * Node would hand its own fence on to every program, by NODE_OPTIONS, where it tells of our folders and hinders what the
 * template allows; unless there is one already. This one is seen by that check, and not by what makes the environment.
 */
function environment(env: Readonly<Record<string, string>>, mark: string): Record<string, string> {
  const own = { ...env, [MARK]: mark };
  if (!Object.hasOwn(own, 'NODE_OPTIONS')) Object.defineProperty(own, 'NODE_OPTIONS', { value: '--permission' });
  return own;
}

function follow(
  child: Child,
  pid: number,
  mark: string,
  request: ProgramRequest,
  resolve: (ended: Ended) => void,
): void {
  const { input, maxOutputBytes, timeoutMs, signal } = request;
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let how: Ended['how'] = 'ended';
  let size = 0;
  const killAll = (): void => {
    killGroup(pid);
    killMarked(mark);
  };
  const stop = (reason: Ended['how']): void => {
    if (how === 'ended') how = reason;
    killAll();
  };
  const abort = (): void => { stop('aborted'); }; // prettier-ignore
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => { stop('late'); }, timeoutMs); // prettier-ignore
  signal.addEventListener('abort', abort, { once: true });
  begin(killAll);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      const room = maxOutputBytes - size;
      size += chunk.length;
      if (room > 0) output[name].push(chunk.subarray(0, room));
      if (size > maxOutputBytes) stop('flooded');
    });
  }
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  child.once('exit', () => {
    killAll();
    end(killAll);
    setTimeout(() => { child.stdout.destroy(); child.stderr.destroy(); }, PIPES_MS).unref(); // prettier-ignore
  });
  child.once('close', (exitCode, ending) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    resolve({ how, exitCode, signal: ending, stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr) }); // prettier-ignore
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
