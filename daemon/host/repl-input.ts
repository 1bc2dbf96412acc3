/** Names REPL input in stack traces. V8 takes it as it is; spaces and quotes it would not. */
export const REPL_NAME = '<repl>';

/**
 * REPL input as a script. `{a: 1}` alone is an object to whoever types it, while the language reads a block: as in
 * Node and Deno, what starts with a brace and does not end with a semicolon is tried as an expression first.
 */
export function looksLikeObject(source: string): boolean {
  return /^\s*\{/.test(source) && !/;\s*$/.test(source);
}

/** Gives a script its name. The name goes behind, so that no line or column of the script moves. */
export function withName(source: string, name: string): string {
  return `${source}\n//# sourceURL=${name}`;
}

/** Whether the code may ask for `_` or `_error`. */
export function mentionsUnderscore(source: string): boolean {
  return /(?<![\w$])_(?:error)?(?![\w$])/.test(source);
}
