import type * as Lexer from 'es-module-lexer';
import type { Import } from 'es-module-lexer';

/** `import` becomes a name of the same length, so that every position stays: `import(x)` → `ĭmport(x)`. */
const IMPORT_NAME = '\u012dmport';

export type StaticImport = { specifier: string; type: string | undefined };
/** What an ES module's text says about its imports. */
export type LexedModule = {
  imports: StaticImport[];
  usesImport: boolean;
  /** Why the text cannot be handed to V8. */
  refusal?: string;
};

let lexer: typeof Lexer | undefined;
let loading: Promise<void> | undefined;

/**
 * To be awaited before a text that mentions modules is handed to anything else here. Loads the lexer, which most hosts
 * never need: it is WebAssembly, and takes as long as reading a hundred files.
 */
export function prepareLexer(): Promise<void> {
  loading ??= import('es-module-lexer').then(async (loaded) => {
    await loaded.init();
    lexer = loaded;
  });
  return loading;
}

/** Whether the lexer may have something to say about a text; most CommonJS goes without. */
export function mentionsModules(source: string): boolean {
  return /\b(?:import|export)\b/.test(source);
}

function prepared(): typeof Lexer {
  if (lexer === undefined) throw new Error('the lexer is not prepared');
  return lexer;
}

/** Whether a text is an ES module by its syntax: import, export or import.meta. */
export function hasModuleSyntax(source: string): boolean {
  if (!mentionsModules(source)) return false;
  const { parse } = prepared();
  try {
    return parse(source)[3];
  } catch {
    // The text is broken; which way decides only how V8 words the error.
    return /^[ \t]*(?:import\s*[\w{*"']|export\s*[\w{*])/m.test(source);
  }
}

/** Reads an ES module's imports; `code` is its text with the dynamic ones rewritten. What cannot be lexed is V8's to refuse. */
export function lexModule(source: string): { code: string; lexed: LexedModule } {
  const text = withoutHashbang(source);
  const imports = mentionsModules(text) ? (tryParse(text) ?? []) : [];
  const phase = imports.find((each) => each.type !== 'import-meta' && each.type !== 'dynamic' && each.phase !== null);
  // V8 would ask isolated-vm for such a module, which it knows nothing of, and the process would end.
  const refusal = phase === undefined ? {} : { refusal: 'import source and import defer are not supported' };
  const code = rewrite(text, imports);
  return { code, lexed: { imports: imports.flatMap(staticImport), usesImport: code !== text, ...refusal } };
}

/** A script's or CommonJS text with its `import()` rewritten. */
export function rewriteDynamicImports(source: string): string {
  const text = withoutHashbang(source);
  if (!/\bimport\b/.test(text)) return text;
  return rewrite(text, tryParse(text) ?? []);
}

/** All imports of a text in their order, or undefined when it cannot be lexed. */
export function tryParse(text: string): readonly Import[] | undefined {
  const { parse } = prepared();
  try {
    return parse(text)[0];
  } catch {
    return undefined;
  }
}

function rewrite(text: string, imports: readonly Import[]): string {
  let code = '';
  let at = 0;
  for (const each of imports) {
    const isOurs = each.type === 'import-meta' || (each.type === 'dynamic' && each.phase === null);
    if (!isOurs || !text.startsWith('import', each.importStart)) continue;
    code += text.slice(at, each.importStart) + IMPORT_NAME;
    at = each.importStart + IMPORT_NAME.length;
  }
  return code + text.slice(at);
}

function staticImport(each: Import): StaticImport[] {
  if (each.type !== 'static' && each.type !== 'reexport-star') return [];
  const type = each.attributes?.find(([key]) => key === 'type')?.[1];
  const unknown = each.attributes?.find(([key]) => key !== 'type')?.[0];
  return [{ specifier: each.specifier, type: unknown === undefined ? type : `?${unknown}` }];
}

/** A hashbang line becomes a comment; ours is not the text's first line any more. */
function withoutHashbang(source: string): string {
  const text = source.startsWith('\uFEFF') ? ` ${source.slice(1)}` : source;
  return text.startsWith('#!') ? `//${text.slice(2)}` : text;
}
