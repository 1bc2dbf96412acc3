import path from 'node:path';
import { MAX_CALL_BYTES, type ModulePolicy } from '../../../shared/ipc/call-messages.ts';
import { addCapability, Denied, ModuleError, wrongType } from '../denied.ts';
import { Places } from '../fs/places.ts';
import type { CallContext, HostModule } from '../host-module.ts';
import { runProgram, type Ended } from './run-program.ts';

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
const MAX_ARGUMENTS_CHARS = 100_000;
const MAX_SHOWN_CHARS = 200;
/** Variables that make a program run other code than its own: whoever gives them a value chooses what is run. */
const CODE_VARIABLES =
  /^(PATH|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|BASH_ENV|ENV|SHELLOPTS|IFS|PYTHON.*|PERL5?(LIB|OPT|DB)|RUBY(LIB|OPT)|GIT_.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS)$/i;
/** Where programs are looked for, unless the template's `env` capability gives a PATH. */
const STANDARD_PATH = '/usr/local/bin:/usr/bin:/bin';

type Options = Readonly<Record<string, unknown>>;
export type WireRun = { exitCode: number | null; signal: string | null; stdout: string; stderr: string };

/** Programs of this machine, with the rights of the user who runs the daemon: the template says which. */
export class ExecModule implements HostModule {
  readonly #policy: ModulePolicy;

  constructor(policy: ModulePolicy) {
    this.#policy = policy;
  }

  async call(name: string, args: readonly unknown[], context: CallContext): Promise<WireRun> {
    if (name !== 'run') throw new ModuleError('ERR_METHOD_NOT_IMPLEMENTED', `exec.${name.slice(0, 40)} is not there`);
    const [command, given, third] = args;
    const words = wordsOf(command, given);
    const [program = ''] = words;
    this.#checkCommand(program);
    const options = optionsOf(third);
    const env = this.#environment(options['env']);
    const { max_output_bytes: maxOutput = DEFAULT_OUTPUT_BYTES } = this.#policy.exec;
    const request = {
      // A program of the worktree is named from its root, whatever the working directory: the template's list means that one.
      file: program.includes('/') ? path.resolve(this.#policy.worktree, program) : program,
      args: words.slice(1),
      env,
      input: bytesOf(options['input']),
      maxOutputBytes: Math.min(maxOutput, MAX_CALL_BYTES),
      timeoutMs: this.#timeout(options['timeoutMs']),
      signal: context.signal,
    };
    // The folder is open while the program starts in it, so that nobody can put another one in its place.
    const ended = await this.#inFolder(options['cwd'], (cwd) => {
      context.allow('module:exec', shown(words));
      return runProgram({ ...request, cwd });
    });
    return wire(ended, options['encoding'] === 'base64', program, request);
  }

  #checkCommand(program: string): void {
    const { commands } = this.#policy.exec;
    if (commands === undefined || commands.includes(program)) return;
    const need = addCapability('module', 'exec', { commands: [...commands, program] });
    throw new Denied(`the template does not allow the command ${quote(program)}`, 'module:exec', need);
  }

  /** The guest may give other values to the variables that the template names, and no others, nor to those that choose code. */
  #environment(given: unknown): Record<string, string> {
    const env = { PATH: STANDARD_PATH, ...this.#policy.env };
    for (const [name, value] of Object.entries(optionsOf(given))) {
      if (!Object.hasOwn(this.#policy.env, name)) {
        const need = addCapability('env', name.slice(0, 40), { names: [name] });
        throw new Denied(`the template does not name the variable ${name.slice(0, 40)}`, `env:${name.slice(0, 40)}`, need); // prettier-ignore
      }
      if (typeof value !== 'string' || value.includes('\0')) throw wrongType(`env.${name}`, 'of type string');
      if (!CODE_VARIABLES.test(name)) env[name as 'PATH'] = value;
    }
    env.PATH = env.PATH.split(':').filter((folder) => folder.startsWith('/')).join(':'); // prettier-ignore
    return env;
  }

  #timeout(given: unknown): number | undefined {
    const most = this.#policy.exec.timeout_ms;
    if (given === undefined) return most;
    if (typeof given !== 'number' || !(given > 0)) throw wrongType('timeoutMs', 'a number above zero');
    return Math.min(given, most ?? given, 2 ** 31 - 1);
  }

  #inFolder(given: unknown, use: (cwd: string) => Promise<Ended>): Promise<Ended> {
    if (given !== undefined && typeof given !== 'string') throw wrongType('cwd', 'of type string');
    const { worktree, fs } = this.#policy;
    const places = new Places({ ...this.#policy, fs: { ...fs, worktree: 'ro' } });
    return places.at(given === undefined || given === '' ? worktree : given, 'ro', true, ({ name, stats }) => {
      if (stats?.isDirectory() !== true) throw new ModuleError('ENOTDIR', 'ENOTDIR: the cwd is not a directory');
      return use(name);
    });
  }
}

function wordsOf(command: unknown, given: unknown): string[] {
  if (typeof command !== 'string' || command === '') throw wrongType('command', 'of type string, and not empty');
  const args: unknown = given ?? [];
  if (!Array.isArray(args) || args.some((arg) => typeof arg !== 'string')) throw wrongType('args', 'a list of strings');
  const words = [command, ...(args as string[])];
  if (words.some((word) => word.includes('\0')))
    throw new ModuleError('ERR_INVALID_ARG_VALUE', 'Commands must not have null bytes', { name: 'TypeError' });
  if (words.reduce((sum, word) => sum + word.length, 0) > MAX_ARGUMENTS_CHARS)
    throw new ModuleError('E2BIG', `E2BIG: more than ${MAX_ARGUMENTS_CHARS} characters of arguments; use input`);
  return words;
}

function bytesOf(given: unknown): Buffer {
  if (given === undefined || given === null) return Buffer.alloc(0);
  const { text, base64 } = optionsOf(given);
  if (typeof text === 'string') return Buffer.from(text, 'utf8');
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  throw wrongType('input', 'of type string or bytes');
}

function wire(
  ended: Ended,
  isBytes: boolean,
  program: string,
  { maxOutputBytes, timeoutMs }: { maxOutputBytes: number; timeoutMs: number | undefined },
): WireRun {
  const encoding = isBytes ? 'base64' : 'utf8';
  const stdout = ended.stdout.toString(encoding);
  const stderr = ended.stderr.toString(encoding);
  const more = { command: program, stdout, stderr };
  switch (ended.how) {
    case 'flooded':
      throw new ModuleError(
        'ENOBUFS',
        `${quote(program)} wrote more than ${maxOutputBytes} bytes and was killed`,
        more,
      );
    case 'late':
      throw new ModuleError('ETIMEDOUT', `${quote(program)} took longer than ${timeoutMs ?? 0} ms and was killed`, more); // prettier-ignore
    case 'aborted':
      throw new ModuleError('ABORT_ERR', `${quote(program)} was killed with its execution`, more);
    case 'ended':
      return { exitCode: ended.exitCode, signal: ended.signal, stdout, stderr };
  }
}

function shown(words: readonly string[]): string {
  const [program = '', ...args] = words;
  const text = args.map(quote).join(', ');
  return `exec.run(${quote(program)}, [${text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text}])`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text);
}

function optionsOf(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {};
}
