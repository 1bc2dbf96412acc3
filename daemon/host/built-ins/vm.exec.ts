import { Buffer } from 'node:buffer';
import { wireBytes } from './support/wire-bytes.ts';
import { argumentError, tools } from './support/tools.ts';

type Options = {
  /** Of the worktree, from its root. */
  cwd?: string;
  /** Other values for variables that the template names. */
  env?: Record<string, string>;
  /** For its stdin. */
  input?: string | ArrayBuffer | ArrayBufferView;
  /** It is killed after so many milliseconds, and with the execution in any case. */
  timeoutMs?: number;
  /** Of what it wrote; `buffer` for bytes. */
  encoding?: 'utf8' | 'buffer';
};
type WireRun = { exitCode: number | null; signal: string | null; stdout: string; stderr: string };

/** What a program gave. As text it is what it wrote to stdout. */
class RunResult {
  exitCode: number | null;
  /** By which it was killed, if it was. */
  signal: string | null;
  stdout: string | Buffer;
  stderr: string | Buffer;

  constructor({ exitCode, signal, stdout, stderr }: WireRun, isBytes: boolean) {
    this.exitCode = exitCode;
    this.signal = signal;
    this.stdout = isBytes ? Buffer.from(stdout, 'base64') : stdout;
    this.stderr = isBytes ? Buffer.from(stderr, 'base64') : stderr;
  }

  toString(): string {
    return this.stdout.toString();
  }
}

function callOf(command: string, args: readonly string[] | undefined, options: Options | undefined) {
  const { cwd, env, input, timeoutMs, encoding } = options ?? {};
  const sent = input === undefined ? undefined : wireBytes(input);
  if (input !== undefined && sent === undefined) throw argumentError('options.input', 'of type string or bytes', input);
  const isBytes = encoding === 'buffer';
  const given = { cwd, env, input: sent, timeoutMs, encoding: isBytes ? 'base64' : 'utf8' };
  return { wire: [command, args ?? [], given], isBytes };
}

/**
 * Runs a program of the host, without a shell, and waits for it.
 * A program that fails is no error: see `exitCode`. One that cannot be started, or is killed by a limit, is.
 */
function run(command: string, args?: readonly string[], options?: Options): RunResult {
  const { wire, isBytes } = callOf(command, args, options);
  return new RunResult(tools.callHost('exec', 'run', wire) as WireRun, isBytes);
}

/** As `run`, and the session goes on meanwhile. */
async function runLater(command: string, args?: readonly string[], options?: Options): Promise<RunResult> {
  const { wire, isBytes } = callOf(command, args, options);
  return new RunResult((await tools.callHostLater('exec', 'run', wire)) as WireRun, isBytes);
}

export const builtIn = { promises: { run: runLater }, run };
