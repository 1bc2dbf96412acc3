/* eslint-disable max-lines-per-function -- sent to the guest as one piece of text */
import type { Format } from './format.ts';
import type { Inspect } from './inspect.ts';

/** What the host gives: `line` returns at once; `gate` makes the guest wait while the host is behind. */
export type Line = (level: number, text: string) => void;
export type Gate = { applySyncPromise(): void };

/** The guest's console. Sent to the guest as text. */
export function makeConsole(line: Line, gate: Gate, format: Format, inspect: Inspect): object {
  // How much may be on its way to the host before the guest waits for it: one wait costs about 24 µs, one line 2 µs.
  const maxLines = 256;
  const maxChars = 65_536;
  const levels = { log: 0, info: 1, warn: 2, error: 3, debug: 4, trace: 5 };
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  let indent = '';
  let lines = 0;
  let chars = 0;

  const write = (level: number, text: string): void => {
    const indented = indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`);
    line(level, indented);
    chars += indented.length;
    if (++lines < maxLines && chars < maxChars) return;
    gate.applySyncPromise();
    lines = 0;
    chars = 0;
  };

  const writer =
    (level: number) =>
    (...values: unknown[]): void => {
      write(level, format(values));
    };
  const log = writer(levels.log);
  const warn = writer(levels.warn);

  const elapsed = (label: string): string | undefined => {
    const start = timers.get(label);
    if (start === undefined) warn(`No such label '${label}' for console.timeEnd()`);
    return start === undefined ? undefined : `${label}: ${Date.now() - start}ms`;
  };
  const group = (...values: unknown[]): void => {
    if (values.length > 0) log(...values);
    indent += '  ';
  };

  const members: Record<string, (...values: never[]) => void> = {
    log,
    info: writer(levels.info),
    warn,
    error: writer(levels.error),
    debug: writer(levels.debug),
    trace: (...values: unknown[]) => {
      const text = format(values);
      const stack = new Error().stack ?? '';
      const frames = stack.split('\n').filter((frame) => frame.startsWith('    at ') && !frame.includes('vm-system:'));
      write(levels.trace, [text === '' ? 'Trace' : `Trace: ${text}`, ...frames].join('\n'));
    },
    dir: (value: unknown, options?: { depth?: number | null }) => {
      const depth = options?.depth === null ? Infinity : (options?.depth ?? 2);
      write(levels.log, inspect(value, depth));
    },
    dirxml: log,
    table: log,
    assert: (condition: unknown, ...values: unknown[]) => {
      if (Boolean(condition)) return;
      const [first, ...rest] = values;
      if (typeof first === 'string') warn(`Assertion failed: ${first}`, ...rest);
      else if (values.length > 0) warn('Assertion failed:', ...values);
      else warn('Assertion failed');
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(2);
    },
    count: (label: unknown = 'default') => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      log(`${String(label)}: ${count}`);
    },
    countReset: (label: unknown = 'default') => {
      counts.delete(String(label));
    },
    time: (label: unknown = 'default') => {
      timers.set(String(label), Date.now());
    },
    timeLog: (label: unknown = 'default', ...values: unknown[]) => {
      const text = elapsed(String(label));
      if (text !== undefined) log(text, ...values);
    },
    timeEnd: (label: unknown = 'default') => {
      const text = elapsed(String(label));
      timers.delete(String(label));
      if (text !== undefined) log(text);
    },
  };
  const console: object = Object.create({}) as object;
  for (const [name, member] of Object.entries(members)) {
    Object.defineProperty(member, 'name', { value: name });
    Object.defineProperty(console, name, { value: member, writable: true, configurable: true, enumerable: true });
  }
  Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });
  return console;
}
