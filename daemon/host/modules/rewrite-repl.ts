import { findBadImport } from './import-syntax.ts';
import { rewriteDynamicImports, tryParse } from './lex-source.ts';

const DYNAMIC_IMPORT = '\u012dmport';
/** In one way only: were two comments also one long comment, forty of them would take for ever. */
const BLANK = String.raw`(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*\n)*`;
const TEXT = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*`;

/**
 * REPL input is a script, where `import x from "y"` is no statement: it becomes `const {default: x} = await import("y")`,
 * with the same number of lines, and fails where the module lacks a name. The names are variables of the session like any other.
 */
export async function rewriteReplInput(input: string): Promise<string> {
  if (!/\bimport\b/.test(input)) return input;
  const imports = tryParse(input);
  if (imports === undefined) return input;
  const statements = imports.flatMap((each) => (each.type === 'static' && each.phase === null ? [each] : []));
  // V8 says what is wrong with it.
  if (statements.length > 0 && (await findBadImport(input, statements)) !== undefined) return input;
  let code = '';
  let at = 0;
  for (const each of statements) {
    const head = input.slice(each.importStart, each.start);
    const replacement = rewriteStatement(head, each.specifier, each.attributes);
    if (replacement === undefined) continue;
    const lines = input.slice(each.importStart, each.importEnd).split('\n').length - 1;
    code += input.slice(at, each.importStart) + replacement + '\n'.repeat(lines);
    at = each.importEnd;
  }
  return rewriteDynamicImports(code + input.slice(at));
}

/** @param head the statement up to its specifier, with the quote */
function rewriteStatement(
  head: string,
  specifier: string,
  attributes: readonly (readonly [string, string])[] | null,
): string | undefined {
  const options = attributes === null ? '' : `, {with: ${JSON.stringify(Object.fromEntries(attributes))}}`;
  const from = JSON.stringify(specifier);
  if (new RegExp(`^import${BLANK}["']$`, 'u').test(head)) return `void await ${DYNAMIC_IMPORT}(${from}${options})`;
  const clause = new RegExp(`^import([^]*)\\bfrom${BLANK}["']$`, 'u').exec(head)?.[1];
  if (clause === undefined) return undefined;
  return declaration(clause, (names) => `await ${DYNAMIC_IMPORT}.named(${from}, [${names.join(', ')}]${options})`);
}

/**
 * `d, {a as b}` → `const {default: d, "a": b} = …`; `d, * as n` → `const n = …, {default: d} = n`.
 *
 * @param call imports the module, given literals of the names that it has to have
 */
function declaration(clause: string, call: (names: readonly string[]) => string): string | undefined {
  const text = clause.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ').trim();
  const parts = new RegExp(`^(?:(${NAME})\\s*,?\\s*)?(?:\\*\\s*as\\s+(${NAME})|\\{([^]*)\\})?$`, 'u').exec(text);
  if (parts === null) return undefined;
  const [, name, namespace, list] = parts;
  const fields = name === undefined ? [] : [`default: ${name}`];
  const names = name === undefined ? [] : ['"default"'];
  if (namespace !== undefined) {
    return `const ${namespace} = ${call(names)}${name === undefined ? '' : `, {${fields[0] ?? ''}} = ${namespace}`}`;
  }
  const named = new RegExp(`(${NAME}|${TEXT})(?:\\s+as\\s+(${NAME}))?`, 'gu');
  for (const [, imported = '', local = imported] of (list ?? '').matchAll(named)) {
    fields.push(`${imported}: ${local}`);
    names.push(/^["']/.test(imported) ? imported : `"${imported}"`);
  }
  return `const {${fields.join(', ')}} = ${call(names)}`;
}
