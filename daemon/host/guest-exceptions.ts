import { LINE_POSITION, STATEMENT_POSITION } from './guest/line-script.ts';
import type { ExceptionDetails, RemoteObject } from './inspector.ts';

/** Longest message and stack; the rest is cut, so that an exception can always be reported. */
const MAX_TEXT = 16_384;
/** Our own scripts are called so in stack traces, and where isolated-vm goes over to ours. */
const NOT_THE_USERS = /\(?vm-system:|\(<isolated-vm boundary>\)/;

/** What was thrown, as people read it: `name` and `stack` only for errors. */
export type ThrownValue = { message: string; name?: string; stack?: string };

/**
 * An error that the guest threw. V8 has read its stack; no code of the guest runs for this.
 * @param script name and number of lines of the script, for syntax errors: their stack does not say where
 */
export function describeError(details: ExceptionDetails, script: { name: string; lines: number }): ThrownValue {
  const { description = '', className = 'Error' } = details.exception ?? {};
  const frameAt = description.search(/\n {4}at /);
  const header = frameAt < 0 ? description : description.slice(0, frameAt);
  const frames = frameAt < 0 ? syntaxErrorFrame(details, className, script) : description.slice(frameAt + 1);
  const message = header === '' ? className : header;
  const name = /^[\w$. -]+(?=: |$)/.exec(message)?.[0] ?? className;
  return { name: cut(name), message: cut(message), stack: cut(joinStack(message, frames)) };
}

/** A thrown value that is no error. */
export function describeThrown(preview: string): ThrownValue {
  return { message: cut(`Uncaught ${preview}`) };
}

/** What a promise was rejected with that nobody handles, as isolated-vm copies it over to us. */
export function describeRejection(reason: unknown): ThrownValue & { origin: string } {
  return { ...describeReason(reason), origin: 'unhandledRejection' };
}

function describeReason(reason: unknown): ThrownValue {
  if (!(reason instanceof Error)) return describeThrown(showPrimitive(reason));
  const message = `${reason.name}: ${reason.message}`;
  const [guestStack = ''] = (reason.stack ?? '').split(/\n\s+at \(<isolated-vm boundary>\)/);
  const frameAt = guestStack.search(/\n {4}at /);
  const stack = joinStack(message, frameAt < 0 ? '' : guestStack.slice(frameAt + 1));
  return { name: cut(reason.name), message: cut(message), stack: cut(stack) };
}

export function isError(value: RemoteObject | undefined): boolean {
  return value?.type === 'object' && value.subtype === 'error';
}

function syntaxErrorFrame(
  details: ExceptionDetails,
  className: string,
  script: { name: string; lines: number },
): string {
  // V8 names a script only when it could not compile it; other syntax errors say themselves where they are.
  if (className !== 'SyntaxError' || details.scriptId === undefined) return '';
  // The end of the input is one line further down for V8, where the script's name stands.
  if (details.lineNumber >= script.lines) return `    at ${script.name}:${script.lines}`;
  return `    at ${script.name}:${details.lineNumber + 1}:${details.columnNumber + 1}`;
}

function joinStack(message: string, frames: string): string {
  const kept = frames.split('\n').filter((frame) => frame !== '' && !NOT_THE_USERS.test(frame));
  return [message, ...kept].join('\n').replaceAll(STATEMENT_POSITION, LINE_POSITION);
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}... ${text.length - MAX_TEXT} more characters`;
}

/** Objects that are no errors come as an error that says so: only primitives get here. */
function showPrimitive(value: unknown): string {
  return typeof value === 'symbol' ? value.toString() : `${value as string | number | boolean | null | undefined}`;
}

/** Whether the script could not even be compiled, so that nothing of it has run: only then V8 names the script. */
export function isUncompiled(details: ExceptionDetails | undefined): boolean {
  return details?.scriptId !== undefined && details.exception?.className === 'SyntaxError';
}

/** How an evaluation ends that was not even begun. */
export function refusal(text = 'the evaluation was refused'): ExceptionDetails {
  return { text, lineNumber: 0, columnNumber: 0 };
}
