import type { ImportKind } from './module-messages.ts';

export type Guess = { kind: ImportKind; specifier: string };

// Quantifiers are bounded: the text is hostile, and matching must stay linear in its length.
const IMPORT = /\b(?:from|import)\s{0,9}\(?\s{0,9}(["'])([^"'\\\s]{1,300})\1/g;
const REQUIRE = /\brequire\s{0,9}\(\s{0,9}(["'])([^"'\\\s]{1,300})\1/g;

/**
 * What a JavaScript text seems to import. Only for reading ahead: a comment that looks like an import costs one file
 * too many, and an import that looks odd is asked for when it runs. The host lexes exactly.
 */
export function guessImports(source: string): Guess[] {
  const found = new Map<string, Guess>();
  for (const [kind, pattern] of [
    ['import', IMPORT],
    ['require', REQUIRE],
  ] as const) {
    // prettier-ignore
    for (const match of source.matchAll(pattern)) {
      const specifier = match[2] ?? '';
      found.set(`${kind} ${specifier}`, { kind, specifier });
    }
  }
  return [...found.values()];
}
