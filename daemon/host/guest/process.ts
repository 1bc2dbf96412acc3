import { rangeError, wrongArgument } from './coded-error.ts';
import { now } from './clock.ts';
import { defineHidden, defineVisible, renameFunctions } from './define.ts';
import { askHost, sendLine } from './host-link.ts';
import { inspectValue } from './inspect/inspect.ts';
import { makeOutputStream } from './output-stream.ts';
import {
  apply,
  BigIntFrom,
  defineProperty,
  floor,
  jsonParse,
  NumberCtor,
  numberIsInteger,
  numberIsSafeInteger,
  objectKeys,
  ObjectCtor,
  round,
  setPrototypeOf,
  StringCtor,
} from './primordials.ts';
import { queueMicrotask } from './timers.ts';

/** What of the session the guest may know. */
export type ProcessOptions = {
  /** What cwd() answers: the worktree. */
  cwd: string;
  /** As JSON text: names with values. */
  env: string;
};

let cwd = '/';
let startedAt = 0;
/** As it was set, which may be text; and what the host knows of it. */
let codeToExitWith: unknown;
let toldExitCode = 0;

/** Listeners of events that never come. */
const LISTENER_METHODS = [
  'on',
  'once',
  'off',
  'addListener',
  'prependListener',
  'removeListener',
  'removeAllListeners',
];

/**
 * The little of Node's process that packages ask for. It tells nothing of the host: no version, no pid, no variables
 * but those that the session was given. A package that looks for Node's version finds none, and does without Node.
 */
const members = {
  title: 'vm-system',
  version: '',
  versions: {},
  arch: 'javascript',
  platform: 'linux',
  release: {},
  argv: ['vm-system'],
  execArgv: [],
  execPath: '',
  get exitCode(): unknown {
    return codeToExitWith;
  },
  set exitCode(code: unknown) {
    const number = exitCode(code);
    codeToExitWith = code ?? undefined;
    if (number === toldExitCode) return;
    toldExitCode = number;
    sendLine('exit-code', StringCtor(number));
  },
  env: {},
  features: {},
  stdout: makeOutputStream('stdout', 1),
  stderr: makeOutputStream('stderr', 2),
  stdin: { fd: 0, isTTY: false },
  cwd: (): string => cwd,
  umask: (): number => 0o22,
  uptime: (): number => (now() - startedAt) / 1_000,
  hrtime,
  nextTick: (callback: unknown, ...args: unknown[]): void => {
    if (typeof callback !== 'function') throw wrongArgument('callback', 'of type function');
    queueMicrotask(() => apply(callback as () => unknown, undefined, args) as unknown);
  },
  exit: (code?: unknown): never => {
    askHost('exit', exitCode(code ?? codeToExitWith));
    // The host is stopping this very execution. Not an empty loop: V8 makes that one so fast, once it was run a few
    // times, that it looks for no interrupt any more, and the host would have to be killed.
    for (;;) askHost('now');
  },
  emitWarning: (warning: unknown): void => {
    sendLine('stderr', `Warning: ${typeof warning === 'string' ? warning : inspectValue(warning)}\n`);
  },
  emit: (): boolean => false,
  listeners: (): never[] => [],
  listenerCount: (): number => 0,
};

export const process: object = members;

export function startProcess(options: ProcessOptions): void {
  ({ cwd } = options);
  startedAt = now();
  const env = jsonParse(options.env) as Record<string, string>;
  const names = objectKeys(env);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    defineVisible(members.env, name, env[name]);
  }
}

/** What one file has set is not for the next one. */
export function forgetExitCode(): void {
  codeToExitWith = undefined;
  toldExitCode = 0;
}

/** Seconds and nanoseconds, since `before` if that is given. */
function hrtime(before?: unknown): [number, number] {
  const ns = round(now() * 1e6);
  let seconds = floor(ns / 1e9);
  let rest = ns - seconds * 1e9;
  if (before === undefined) return [seconds, rest];
  seconds -= (before as number[])[0] as number;
  rest -= (before as number[])[1] as number;
  return rest < 0 ? [seconds - 1, rest + 1e9] : [seconds, rest];
}

function exitCode(code: unknown): number {
  if (code === undefined || code === null) return 0;
  const isNumeric = typeof code === 'number' || (typeof code === 'string' && code !== '');
  const number = isNumeric ? NumberCtor(code) : undefined;
  if (number === undefined || (typeof code === 'string' && !numberIsInteger(number))) {
    throw wrongArgument('code', 'of type number');
  }
  if (numberIsSafeInteger(number)) return number;
  throw rangeError(
    'ERR_OUT_OF_RANGE',
    `The value of "code" is out of range. It must be an integer. Received ${number}`,
  );
}

function finish(): void {
  renameFunctions({ hrtime });
  renameFunctions(functionsOf(members));
  defineHidden(hrtime, 'bigint', () => BigIntFrom(round(now() * 1e6)));
  for (const target of [members, members.stdout, members.stderr, members.stdin]) {
    for (const name of LISTENER_METHODS) defineVisible(target, name, () => target);
  }
  const prototype = setPrototypeOf({}, ObjectCtor.prototype) as object;
  defineProperty(prototype, 'constructor', { value: { process() { return undefined; } }.process, configurable: true }); // prettier-ignore
  setPrototypeOf(members, prototype);
  defineProperty(members, Symbol.toStringTag, { value: 'process', configurable: true });
}

function functionsOf(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => typeof value === 'function'));
}

finish();
