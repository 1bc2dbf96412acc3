import type * as Lexer from 'cjs-module-lexer';

/** Export names that a CommonJS text assigns, and specifiers of modules whose names it passes on. */
export type CommonJsNames = { names: string[]; reexports: string[] };

let parse: typeof Lexer.parse | undefined;
let loading: Promise<void> | undefined;

/** To be awaited before the first text. Loads the lexer, which most hosts never need: it is WebAssembly. */
export function prepareCommonJsLexer(): Promise<void> {
  loading ??= import('cjs-module-lexer').then(async (lexer) => {
    await lexer.init();
    parse = lexer.parse;
  });
  return loading;
}

/** What Node's own lexer finds; a text that it cannot read offers only its default export. */
export function lexCommonJs(source: string): CommonJsNames {
  if (parse === undefined) throw new Error('the lexer is not prepared');
  try {
    const { exports, reexports } = parse(source);
    return { names: [...exports], reexports: [...reexports] };
  } catch {
    return { names: [], reexports: [] };
  }
}
