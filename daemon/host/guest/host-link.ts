import { LINE_KINDS, type LineKind } from './line-kinds.ts';
import { indexOf } from './list.ts';
import type { PeekHost } from './peek.ts';
import { TypeErrorCtor } from './primordials.ts';

/** Questions that the host answers while the guest waits; each costs about 40 µs. */
export type Questions = {
  /** Milliseconds of a clock that never goes back, with fractions. */
  now: { args: []; answer: number };
  random: { args: [bytes: number]; answer: ArrayBuffer };
  /** The parts of a URL as JSON text, or undefined for one that is none. */
  parseUrl: { args: [url: string, base: string | undefined]; answer: string | undefined };
  /** As parseUrl, after one part was set. */
  changeUrl: { args: [href: string, part: string, value: string]; answer: string | undefined };
  encode: { args: [text: string]; answer: ArrayBuffer };
  /** undefined: not valid in that encoding. */
  decode: { args: [label: string, bytes: ArrayBuffer, fatal: boolean]; answer: string | undefined };
  /** isolated-vm itself, whose copies are V8's structured clones. Must never reach guest code. */
  lib: { args: []; answer: { ExternalCopy: new (value: unknown, options: object) => { copy(): unknown } } };
  /** What has come for a call that goes on: its ticket, a space, and the text; undefined: nothing (more). */
  reply: { args: []; answer: string | undefined };
  /** Ends the execution; returns, and V8 stops the guest soon after. */
  exit: { args: [code: number]; answer: undefined };
};

/** What the host gives to a new context. */
export type HostFunctions = {
  /** Takes a line without making the guest wait. */
  line: (kind: number, text: string) => void;
  /** Makes the guest wait while the host is behind. */
  gate: { applySyncPromise(receiver: undefined, args: readonly unknown[]): unknown };
  ask: (question: string, ...args: unknown[]) => unknown;
  /** Wants to be woken after that many milliseconds; below zero: not any more. Replaces an earlier wish. */
  wake: (ms: number) => void;
  peek: { applySyncPromise(receiver: undefined, args: readonly unknown[]): unknown };
  /** A call of a host module's, by text only. Undefined: the guest is being stopped. */
  call: { applySyncPromise(receiver: undefined, args: readonly string[]): string | undefined };
  /** As `call`, without waiting. */
  callSoon: (ticket: number, module: string, name: string, args: string) => void;
};

let functions: HostFunctions | undefined;

/** How much may be on its way to the host before the guest waits for it: one wait costs about 24 µs, one line 2 µs. */
const MAX_LINES_AHEAD = 256;
const MAX_CHARS_AHEAD = 65_536;

let linesAhead = 0;
let charsAhead = 0;

/** @returns how the guest looks into values */
export function connectHost(given: HostFunctions): PeekHost {
  functions = given;
  const { peek } = given;
  return {
    begin: (kind) => peek.applySyncPromise(undefined, [kind]) === true,
    proceed: () => peek.applySyncPromise(undefined, []) === true,
  };
}

export function sendLine(kind: LineKind, text: string): void {
  if (functions === undefined) return;
  functions.line(indexOf(LINE_KINDS, kind), text);
  charsAhead += text.length;
  if (++linesAhead < MAX_LINES_AHEAD && charsAhead < MAX_CHARS_AHEAD) return;
  functions.gate.applySyncPromise(undefined, []);
  linesAhead = 0;
  charsAhead = 0;
}

export function askHost<Q extends keyof Questions>(question: Q, ...args: Questions[Q]['args']): Questions[Q]['answer'] {
  if (functions === undefined) throw new TypeErrorCtor('not connected');
  // Spread out by hand: spreading would use the guest's iterator.
  return functions.ask(question, args[0], args[1], args[2]) as Questions[Q]['answer'];
}

export function callHostNow(module: string, name: string, args: string): string {
  const text = functions?.call.applySyncPromise(undefined, [module, name, args]);
  if (text !== undefined) return text;
  // The execution is being stopped, and V8 ends this loop at the next turn.
  for (;;);
}

export function callHostSoon(ticket: number, module: string, name: string, args: string): void {
  functions?.callSoon(ticket, module, name, args);
}

export function takeReply(): string | undefined {
  return askHost('reply');
}

export function wakeAfter(ms: number): void {
  functions?.wake(ms);
}
