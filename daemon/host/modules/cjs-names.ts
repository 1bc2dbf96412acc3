import type * as Lexer from 'cjs-module-lexer';

/** Export names that a CommonJS text assigns, and specifiers of modules whose names it passes on. */
export type CommonJsNames = { names: string[]; reexports: string[] };

let parse: typeof Lexer.parse | undefined;

/** To be awaited once. Loads the lexer, which most hosts never need: it is WebAssembly. */
export async function prepareCommonJsLexer(): Promise<void> {
  if (parse !== undefined) return;
  const lexer = await import('cjs-module-lexer');
  await lexer.init();
  parse = lexer.parse;
}

/** What Node's own lexer finds; a text that it cannot read offers only its default export. */
export function lexCommonJs(source: string): CommonJsNames {
  try {
    if (parse === undefined) throw new Error('the lexer is not prepared');
    const { exports, reexports } = parse(source);
    return { names: [...exports], reexports: [...reexports] };
  } catch {
    return { names: [], reexports: [] };
  }
}
