import type { Token } from 'acorn';

/** A variable and members of it, as `['list', '0', 'name']`, and where in the text they stand. */
export type FoundPath = { path: string[]; start: number; end: number };

/** More text than this before the place is not looked at: it begins with a later line then. */
export const MAX_CHARS = 100_000;

const IN_IDENTIFIER = /[\p{ID_Continue}$]/u;

/** The variable or member expression whose last name is at `offset`; undefined in comments, strings, and where something else stands. */
export async function pathAt(text: string, offset: number): Promise<FoundPath | undefined> {
  const end = endOfWord(text, offset);
  const { code, from } = codeBefore(text, end);
  const tokens = await tokensOf(code);
  const last = tokens?.at(-1);
  if (tokens === undefined || last?.end !== code.length || !isWord(last)) return undefined;
  if (isKey(tokens, text.slice(end, end + 100))) return undefined;
  const found = pathEndingAt(tokens, tokens.length - 1, code);
  return found && { path: found.path, start: from + found.start, end };
}

/**
 * What the name that begins at `offset` would be looked up in: a path, which is empty for a variable. Undefined when
 * that is no path, but a call for instance.
 */
export async function ownerPathAt(text: string, offset: number): Promise<string[] | undefined> {
  const { code } = codeBefore(text, offset);
  const inQuotes = /["'`]$/.test(code);
  const tokens = await tokensOf(inQuotes ? code.slice(0, -1) : code);
  const last = tokens?.at(-1)?.type.label;
  if (tokens === undefined) return undefined;
  if (last !== '.' && last !== '?.' && !(inQuotes && last === '[')) return inQuotes ? undefined : [];
  const isOptional = last === '[' && tokens.at(-2)?.type.label === '?.';
  return pathEndingAt(tokens, tokens.length - (isOptional ? 3 : 2), code)?.path;
}

/** The text before `offset`, of what is too long only the last lines; `from` is where it begins. */
export function codeBefore(text: string, offset: number): { code: string; from: number } {
  const far = offset - MAX_CHARS;
  const from = far <= 0 ? 0 : text.indexOf('\n', far) + 1;
  // Decorators are the one thing of TypeScript that JavaScript's tokens have no place for.
  const code = text.slice(from, offset).replaceAll(/(?<=^|[\s(])@(?=[\p{ID_Start}$_(])/gu, ' ');
  return code.length > MAX_CHARS ? { code: '', from: offset } : { code, from };
}

function endOfWord(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && IN_IDENTIFIER.test(text.charAt(end))) end += 1;
  return end;
}

/** Loads the parser, so that the first answer does not wait for it. A daemon whose clients are no editors does without. */
export async function prepare(): Promise<void> {
  await import('acorn');
}

/** Undefined where the text ends in a string or a comment, or is no JavaScript. */
async function tokensOf(code: string): Promise<Token[] | undefined> {
  const { tokenizer } = await import('acorn');
  const lineComments: number[] = [];
  const onComment = (isBlock: boolean, _text: string, _start: number, end: number): void => {
    if (!isBlock) lineComments.push(end);
  };
  try {
    const tokens = [...tokenizer(code, { ecmaVersion: 'latest', allowHashBang: true, onComment })];
    return lineComments.at(-1) === code.length ? undefined : tokens;
  } catch {
    return undefined;
  }
}

/** Walks back over `.name`, `?.name`, `[1]` and `['name']` to a plain name; anything else may do something when it is read. */
function pathEndingAt(
  tokens: readonly Token[],
  end: number,
  code: string,
): { path: string[]; start: number } | undefined {
  const path: string[] = [];
  for (let i = end; ;) {
    const token = tokens[i];
    if (token === undefined) return undefined;
    const before = tokens[i - 1]?.type.label;
    if (token.type.label === ']') {
      const key = keyOf(tokens[i - 1], code);
      if (key === undefined || tokens[i - 2]?.type.label !== '[') return undefined;
      path.unshift(key);
      i -= tokens[i - 3]?.type.label === '?.' ? 4 : 3;
    } else if (!isWord(token)) {
      return undefined;
    } else if (before === '.' || before === '?.') {
      path.unshift(code.slice(token.start, token.end));
      i -= 2;
    } else if (token.type.keyword !== undefined) {
      return undefined;
    } else {
      return { path: [code.slice(token.start, token.end), ...path], start: token.start };
    }
  }
}

function keyOf(token: Token | undefined, code: string): string | undefined {
  const label = token?.type.label;
  if (token === undefined || (label !== 'string' && label !== 'num')) return undefined;
  const source = code.slice(token.start, token.end);
  if (label === 'num') return String(Number(source));
  return source.includes('\\') ? undefined : source.slice(1, -1);
}

/** A key of an object literal is no variable, though it may be called like one. */
function isKey(tokens: readonly Token[], after: string): boolean {
  const before = tokens.at(-2)?.type.label;
  return (before === '{' || before === ',') && /^\s*:/.test(after);
}

function isWord({ type }: Token): boolean {
  return type.label === 'name' || type.keyword !== undefined;
}
