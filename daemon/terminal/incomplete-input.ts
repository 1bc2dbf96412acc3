import { parse } from 'acorn';

const PARSER = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowReturnOutsideFunction: false,
} as const;

/** What the parser says when text ends inside something; the position alone does not tell for these. */
const OPEN_END = /^Unterminated (template|comment)/;

/** Whether a line of a REPL wants more lines: it would be valid if only it went on. Wrong code is not incomplete. */
export function isIncomplete(input: string): boolean {
  try {
    parse(input, PARSER);
    return false;
  } catch (error) {
    if (!(error instanceof SyntaxError)) return false;
    const { pos } = error as SyntaxError & { pos: number };
    return pos >= input.trimEnd().length || OPEN_END.test(error.message);
  }
}
