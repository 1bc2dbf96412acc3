import { wrongArgument } from './coded-error.ts';
import { now } from './clock.ts';
import { formatTable } from './console-table.ts';
import { formatDuration } from './duration.ts';
import { sendLine } from './host-link.ts';
import type { LineKind } from './line-kinds.ts';
import { formatArguments } from './inspect/format.ts';
import { inspectValue } from './inspect/inspect.ts';
import { append, list, push, type List } from './list.ts';
import {
  arrayIsArray,
  captureStackTrace,
  defineProperty,
  MapCtor,
  mapDelete,
  mapGet,
  mapHas,
  mapSet,
  objectKeys,
  setPrototypeOf,
  stringIncludes,
  stringSlice,
  toText,
} from './primordials.ts';
import { replace } from './text.ts';

const INDENT = '  ';

type Write = (kind: LineKind, text: string) => void;
type Methods = Record<string, (...values: never[]) => void>;

/** The global console: texts as Node makes them, each an event of the execution. */
export function makeConsole(): object {
  let indent = '';
  const write: Write = (kind, text) => {
    const hasLines = indent !== '' && stringIncludes(text, '\n');
    sendLine(kind, indent + (hasLines ? replace(text, '\n', `\n${indent}`, true) : text));
  };
  const begin = (values: unknown[]): void => {
    if (values.length > 0) write('log', formatArguments(values));
    indent += INDENT;
  };
  const groupEnd = (): void => {
    indent = stringSlice(indent, 0, -INDENT.length);
  };
  const group = (...values: unknown[]): void => { begin(values); }; // prettier-ignore
  const groupCollapsed = (...values: unknown[]): void => { begin(values); }; // prettier-ignore
  const groups = { group, groupCollapsed, groupEnd };
  return asConsole({ ...printers(write), ...counters(write), ...stopwatches(write), ...groups });
}

function printers(write: Write): Methods {
  const printer =
    (kind: LineKind) =>
    (...values: unknown[]): void => {
      write(kind, formatArguments(values));
    };
  return {
    log: printer('log'),
    info: printer('info'),
    debug: printer('debug'),
    warn: printer('warn'),
    error: printer('error'),
    dirxml: printer('log'),
    dir: (value: unknown, options?: object) => {
      write('log', inspectValue(value, { customInspect: false, ...options }));
    },
    trace: function trace(...values: unknown[]): void {
      const record = { name: 'Trace', message: formatArguments(values) } as { stack?: string };
      captureStackTrace(record, trace);
      write('trace', `${record.stack}`);
    },
    assert: (condition?: unknown, ...values: unknown[]) => {
      if (!condition) write('warn', formatArguments(assertion(values)));
    },
    table: (data: unknown, properties?: unknown) => {
      if (properties !== undefined && !arrayIsArray(properties)) {
        throw wrongArgument('properties', 'an instance of Array');
      }
      write('log', formatTable(data, properties as readonly unknown[] | undefined) ?? formatArguments([data]));
    },
    clear: () => undefined,
  };
}

function counters(write: Write): Methods {
  const counts = new MapCtor<string, number>();
  return {
    count: (label: unknown = 'default') => {
      const name = labelOf(label);
      const count = (mapGet(counts, name) ?? 0) + 1;
      mapSet(counts, name, count);
      write('log', `${name}: ${count}`);
    },
    countReset: (label: unknown = 'default') => {
      const name = labelOf(label);
      if (!mapHas(counts, name)) write('warn', `Warning: Count for '${name}' does not exist`);
      mapDelete(counts, name);
    },
  };
}

function stopwatches(write: Write): Methods {
  const starts = new MapCtor<string, number>();
  /** `label: time`; a label that was never started gives a warning instead. */
  const elapsed = (method: string, label: string): string | undefined => {
    const start = mapGet(starts, label);
    if (start !== undefined) return `${label}: ${formatDuration(now() - start)}`;
    write('warn', `Warning: No such label '${label}' for console.${method}()`);
    return undefined;
  };
  return {
    time: (label: unknown = 'default') => {
      const name = labelOf(label);
      if (mapHas(starts, name)) write('warn', `Warning: Label '${name}' already exists for console.time()`);
      else mapSet(starts, name, now());
    },
    timeLog: (label: unknown = 'default', ...values: unknown[]) => {
      const text = elapsed('timeLog', labelOf(label));
      if (text !== undefined) write('log', formatArguments(withFirst(text, values)));
    },
    timeEnd: (label: unknown = 'default') => {
      const text = elapsed('timeEnd', labelOf(label));
      mapDelete(starts, labelOf(label));
      if (text !== undefined) write('log', text);
    },
  };
}

/** Node has its methods on the object itself, and the object says what it is. */
function asConsole(methods: Methods): object {
  const console = setPrototypeOf({}, {}) as object;
  const names = objectKeys(methods);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = methods[name];
    defineProperty(value, 'name', { __proto__: null, value: name, configurable: true } as PropertyDescriptor);
    defineProperty(console, name, {
      __proto__: null,
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    } as PropertyDescriptor);
  }
  defineProperty(console, Symbol.toStringTag, {
    __proto__: null,
    value: 'console',
    writable: false,
    configurable: true,
    enumerable: false,
  } as PropertyDescriptor);
  return console;
}

/** Symbols cannot be labels: as in Node, turning one into a string throws. */
function labelOf(label: unknown): string {
  return toText(label);
}

function assertion(values: ArrayLike<unknown>): List<unknown> {
  const first = values[0];
  if (typeof first !== 'string') return withFirst('Assertion failed', values);
  const rest = list<unknown>();
  for (let i = 1; i < values.length; i++) push(rest, values[i]);
  return withFirst(`Assertion failed: ${first}`, rest);
}

function withFirst(first: unknown, rest: ArrayLike<unknown> | List<unknown>): List<unknown> {
  const values = list<unknown>();
  push(values, first);
  append(values, rest);
  return values;
}
