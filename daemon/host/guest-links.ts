import ivm from 'isolated-vm';
import { answerQuestion } from './guest-questions.ts';
import { GUEST_SCRIPT_NAME } from './guest-snapshot.ts';
import type { HostCalls } from './host-calls.ts';
import type { ValuePeek } from './value-peek.ts';

/** What the guest calls. All run on the host's main thread while the guest goes on (`line`, `wake`) or waits. */
export type GuestCallbacks = {
  /** @param kind an index of `LINE_KINDS` */
  line(kind: number, text: string): void;
  /** The guest goes on when this returns, or when what it returns settles. */
  gate(): Promise<void> | undefined;
  /** The guest's timers want a turn after so many milliseconds; below zero: not any more. */
  wake(ms: number): void;
  /** The guest has called process.exit; it waits to be stopped. */
  exit(code: number): void;
  /** A promise was rejected and nobody handles it. */
  rejected(reason: unknown): void;
};

export const NO_CALLBACKS: GuestCallbacks = {
  line: () => undefined,
  gate: () => undefined,
  wake: () => undefined,
  exit: () => undefined,
  rejected: () => undefined,
};

/** Where the guest's calls go, asked at each: they change. */
export type GuestLinks = {
  readonly callbacks: GuestCallbacks;
  readonly calls: HostCalls;
  readonly peek: ValuePeek | undefined;
};

/** Left behind by a guest's script for the moment it takes to take it away again. */
const GUEST_KEY = '__vmSystemGuest';
const CONNECT = `
  globalThis.${GUEST_KEY} = globalThis.__vmSystemConnect({ line: $0, gate: $1, ask: $2, wake: $3, peek: $4, call: $5, callSoon: $6 });
  return globalThis.${GUEST_KEY};
`;
/** Gives the guest's tools, which the guest must not see. */
export const TAKE_AWAY = `(() => { const guest = globalThis.${GUEST_KEY}; delete globalThis.${GUEST_KEY}; return guest; })()`;

/**
 * Gives a guest's script the functions of ours that it calls. Returns its tools, which are the guest's to see until
 * `TAKE_AWAY` is evaluated.
 */
export function connectGuest(context: ivm.Context, links: GuestLinks): ivm.Reference {
  const functions = [
    new ivm.Callback((kind: number, text: string) => { links.callbacks.line(kind, text); }, { ignored: true }),
    new ivm.Reference(() => links.callbacks.gate()),
    askingCallback(links),
    new ivm.Callback((ms: number) => { links.callbacks.wake(ms); }, { ignored: true }),
    new ivm.Reference((kind?: string) => (kind === undefined ? links.peek?.proceed() : links.peek?.begin(kind))),
    new ivm.Reference((...args: [unknown, unknown, unknown]) => links.calls.now(...args)),
    new ivm.Callback((...args: [unknown, unknown, unknown, unknown]) => { links.calls.soon(...args); }, { ignored: true }),
  ]; // prettier-ignore
  return context.evalClosureSync(CONNECT, functions, { filename: GUEST_SCRIPT_NAME, result: { reference: true } });
}

function askingCallback(links: GuestLinks): ivm.Callback {
  const exit = (code: number): void => { links.callbacks.exit(code); }; // prettier-ignore
  const reply = (): string | undefined => links.calls.takeReply();
  return new ivm.Callback((question: unknown, ...args: unknown[]) => answerQuestion(question, args, { exit, reply }));
}
