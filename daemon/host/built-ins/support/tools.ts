import type { BuiltInTools } from '../../guest/built-in-tools.ts';

/** The host hands it to the text of every built-in. */
declare const internals: BuiltInTools;

export const tools: BuiltInTools = internals;

/** An error as Node words and marks it. */
export function argumentError(name: string, expected: string, value: unknown): TypeError & { code: string } {
  const received = value === null || value === undefined ? `${value}` : tools.inspect(value, { depth: -1 });
  const error = new TypeError(`The "${name}" argument must be ${expected}. Received ${received}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}
