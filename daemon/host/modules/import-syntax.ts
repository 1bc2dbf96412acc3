import type { Import } from 'es-module-lexer';
import { tryParse } from './lex-source.ts';
import { LoadFailure, shortPath } from './load-failure.ts';
import type { HostFile } from './module-table.ts';

/** What is wrong with one of a text's import statements, which the lexer only skims; undefined when nothing is. */
export async function findBadImport(
  text: string,
  imports: readonly Import[],
): Promise<{ message: string; line: number; column: number } | undefined> {
  // Few hosts ever need the parser, and each would pay for it with memory.
  const { parse } = await import('acorn');
  try {
    parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
    return undefined;
  } catch (error) {
    // Elsewhere in the text V8 may know more than the parser.
    const { pos, loc, message } = error as { pos: number; loc: { line: number; column: number }; message: string };
    const isInImport = imports.some(({ importStart, importEnd }) => pos >= importStart && pos <= importEnd);
    if (!isInImport) return undefined;
    return { message: message.replace(/ \(\d+:\d+\)$/, ''), line: loc.line, column: loc.column + 1 };
  }
}

/** A module whose import cannot be found may have meant something else: its syntax goes first, as in Node. */
export async function badImportOf({ url, source, code }: HostFile, root: string): Promise<LoadFailure | undefined> {
  const text = source ?? code ?? '';
  const bad = await findBadImport(text, tryParse(text) ?? []);
  if (bad === undefined) return undefined;
  const message = `${bad.message} (${shortPath(url, root)}:${bad.line}:${bad.column})`;
  return new LoadFailure({ name: 'SyntaxError', code: 'ERR_INVALID_SYNTAX', message });
}
