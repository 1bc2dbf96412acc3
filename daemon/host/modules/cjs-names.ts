import { init, parse } from 'cjs-module-lexer';

/** Export names that a CommonJS text assigns, and specifiers of modules whose names it passes on. */
export type CommonJsNames = { names: string[]; reexports: string[] };

/** To be awaited once: the lexer is WebAssembly. */
export const prepareCommonJsLexer: () => Promise<void> = () => Promise.resolve(init());

/** What Node's own lexer finds; a text that it cannot read offers only its default export. */
export function lexCommonJs(source: string): CommonJsNames {
  try {
    const { exports, reexports } = parse(source);
    return { names: [...exports], reexports: [...reexports] };
  } catch {
    return { names: [], reexports: [] };
  }
}
