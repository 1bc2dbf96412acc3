import { Denied, ModuleError } from '../denied.ts';

/**
 * SQLite's authorizer is not within reach, so statements are looked at before SQLite sees them. Its own rules for what is
 * a token are followed, and of each statement only the words that begin it matter: what reaches other files is a
 * statement of its own (ATTACH, VACUUM INTO, PRAGMA), never a part of another one.
 */

/** What these say or set stays in the connection or in its file. `temp_store`, `mmap_size` and limits are ours. */
const PRAGMAS: ReadonlySet<string> = new Set([
  'analysis_limit', 'application_id', 'auto_vacuum', 'automatic_index', 'busy_timeout', 'cell_size_check',
  'collation_list', 'compile_options', 'data_version', 'database_list', 'defer_foreign_keys', 'encoding',
  'foreign_key_check', 'foreign_key_list', 'foreign_keys', 'freelist_count', 'function_list',
  'ignore_check_constraints', 'incremental_vacuum', 'index_info', 'index_list', 'index_xinfo', 'integrity_check',
  'journal_mode', 'locking_mode', 'module_list', 'optimize', 'page_count', 'pragma_list', 'query_only',
  'quick_check', 'read_uncommitted', 'recursive_triggers', 'reverse_unordered_selects', 'secure_delete', 'synchronous',
  'table_info', 'table_list', 'table_xinfo', 'user_version', 'wal_checkpoint',
]); // prettier-ignore
/** These may be read. */
const READ_PRAGMAS: ReadonlySet<string> = new Set([
  'cache_size',
  'max_page_count',
  'page_size',
  'schema_version',
  'temp_store',
]);

type Token = { kind: 'word' | 'name' | 'other'; text: string };

/** SQLite skips a vertical tab after another blank. */
const SPACE = String.raw`[ \t\n\v\f\r\ufeff]+|--[^\n]*|/\*[^]*?(?:\*/|$)`;
const WORD = String.raw`[A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*`;
const QUOTED = ['"', "'", '`'].map((quote) => `${quote}[^${quote}]*(?:${quote}${quote}[^${quote}]*)*${quote}?`);
/** A comment or text that does not end goes on to the end. */
const TOKEN = `(?:${SPACE})|(?<word>${WORD})|(?<name>${QUOTED.join('|')}|\\[[^\\]]*\\]?)|(?<other>[^])`;
const MAX_SQL_CHARS = 2 * 1024 * 1024;

/** Throws Denied for a statement that would reach outside of the session's database. */
export function checkSql(sql: string): void {
  if (sql.includes('\0') || sql.length > MAX_SQL_CHARS)
    throw new ModuleError('ERR_INVALID_ARG_VALUE', `SQL must not have null bytes, or more than ${MAX_SQL_CHARS} characters`, { name: 'TypeError' }); // prettier-ignore
  let statement: Token[] = [];
  for (const token of tokens(sql)) {
    if (token.text !== ';') {
      statement.push(token);
    } else {
      checkStatement(statement);
      statement = [];
    }
  }
  checkStatement(statement);
}

function* tokens(sql: string): Generator<Token> {
  const pattern = new RegExp(TOKEN, 'uy');
  for (let match = pattern.exec(sql); match !== null; match = pattern.exec(sql)) {
    const { word, name, other } = match.groups ?? {};
    if (word !== undefined) yield { kind: 'word', text: word.toLowerCase() };
    else if (name !== undefined) yield { kind: 'name', text: unquote(name).toLowerCase() };
    else if (other !== undefined) yield { kind: 'other', text: other };
  }
}

/** A name may be written in any quotes. */
function unquote(name: string): string {
  return name.slice(1, -1);
}

function checkStatement(given: Token[]): void {
  // Some pragmas act when they are compiled, which EXPLAIN does, too.
  const explained = [...(isWord(given[0], 'explain') ? ['explain'] : []), ...(isWord(given[1], 'query') ? ['query', 'plan'] : [])]; // prettier-ignore
  const statement = explained[0] === 'explain' ? given.slice(explained.length) : given;
  const [first] = statement;
  if (isWord(first, 'attach') || isWord(first, 'detach')) throw refused(`${first?.text.toUpperCase() ?? ''} is`);
  if (isWord(first, 'vacuum') && statement.some((token) => isWord(token, 'into'))) throw refused('VACUUM INTO is');
  if (isWord(first, 'pragma')) checkPragma(statement);
}

function checkPragma(statement: Token[]): void {
  const at = statement[2]?.text === '.' ? 3 : 1;
  const name = statement[at]?.text ?? '';
  const isReading = statement.length === at + 1;
  if (PRAGMAS.has(name) || (isReading && READ_PRAGMAS.has(name))) return;
  throw refused(READ_PRAGMAS.has(name) ? `setting ${name} is` : `PRAGMA ${name.slice(0, 40)} is`);
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text;
}

/** Nothing in a template allows it. */
function refused(what: string): Denied {
  return new Denied(`${what} not available in sessions: a database is one file of its own`, 'module:database');
}
