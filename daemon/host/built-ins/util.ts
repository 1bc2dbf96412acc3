import { isDeepStrictEqual } from 'assert/build/internal/util/comparisons.js';
import { callbackify, debuglog, deprecate, inherits, promisify } from './support/functions.ts';
import { colors, stripVTControlCharacters, styleText } from './support/terminal-text.ts';
import { argumentError, tools } from './support/tools.ts';
import { checks } from './support/types.ts';

const { TextDecoder, TextEncoder } = globalThis;

function formatWithOptions(options: unknown, ...values: unknown[]): string {
  if (typeof options !== 'object' || options === null) throw argumentError('inspectOptions', 'of type object', options);
  return tools.formatArguments(values, options);
}

/** Settles when the signal aborts. */
async function aborted(signal: unknown, resource: unknown): Promise<void> {
  if (!(signal instanceof AbortSignal)) throw argumentError('signal', 'an instance of AbortSignal', signal);
  if (typeof resource !== 'object' || resource === null) throw argumentError('resource', 'of type object', resource);
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}

export const builtIn = {
  TextDecoder,
  TextEncoder,
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format: (...values: unknown[]): string => tools.formatArguments(values),
  formatWithOptions,
  inherits,
  inspect: Object.assign(tools.inspect, { colors }),
  isArray: (value: unknown): boolean => Array.isArray(value),
  isDeepStrictEqual,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString: (text: unknown): string => String(text).toWellFormed(),
  types: checks,
};
