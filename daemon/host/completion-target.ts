/** What is asked for at a place in some input. `from` is where the word at the cursor begins. */
export type CompletionTarget = { from: number; prefix: string } & (
  | { kind: 'name'; declared: string[] }
  /** `owner`: an expression that only reads. `quote`: the member is to be a string in brackets, begun with this. */
  | { kind: 'member'; owner: string; quote?: string }
);

/** `label` is the parser's name for the kind of token, or `open string` for one that the text ends in. */
type Token = { label: string; keyword: string | undefined; start: number; end: number };
/** An expression, and the number of its first token. */
type Piece = { text: string; start: number };

const DECLARING = new Set(['let', 'const', 'var', 'class', 'function']);
/** Longer input is not looked through for this. */
const MAX_CHARS = 100_000;

/** What is asked for at the end of `text`; undefined where nothing can be offered, as inside of a string. */
export async function findCompletionTarget(text: string): Promise<CompletionTarget | undefined> {
  if (text.length > MAX_CHARS) return undefined;
  const tokens = await tokenize(text);
  if (tokens === undefined) return undefined;
  const last = tokens.at(-1);
  if (last?.label === 'open string') return memberInBrackets(tokens, text);
  const isInWord = last !== undefined && isWord(last) && last.end === text.length;
  if (!isInWord && last?.end === text.length && /^(?:num|string|regexp|privateId)$/.test(last.label)) return undefined;
  const prefix = isInWord ? text.slice(last.start) : '';
  const from = text.length - prefix.length;
  const before = isInWord ? tokens.slice(0, -1) : tokens;
  const operator = before.at(-1)?.label;
  if (operator === '.' || operator === '?.') {
    const owner = pieceAt(before, before.length - 2, text)?.text;
    return owner === undefined ? undefined : { kind: 'member', owner, prefix, from };
  }
  if (DECLARING.has(wordOf(before.at(-1), text))) return undefined;
  return { kind: 'name', prefix, from, declared: declaredIn(before, text) };
}

/** The tokens, with an unfinished string as an `open string` at the end; undefined when the end is no place for code. */
async function tokenize(text: string): Promise<Token[] | undefined> {
  // Few hosts ever need the parser, and each would pay for it with memory.
  const { tokenizer } = await import('acorn');
  const tokens: Token[] = [];
  const lineComments: number[] = [];
  const onComment = (isBlock: boolean, _text: string, _start: number, end: number): void => {
    if (!isBlock) lineComments.push(end);
  };
  try {
    for (const { type, start, end } of tokenizer(text, { ecmaVersion: 'latest', allowHashBang: true, onComment })) {
      tokens.push({ label: type.label, keyword: type.keyword, start, end });
    }
  } catch (error) {
    const { message, pos } = error as SyntaxError & { pos: number };
    if (!message.startsWith('Unterminated string')) return undefined;
    tokens.push({ label: 'open string', keyword: undefined, start: pos, end: text.length });
  }
  return lineComments.at(-1) === text.length ? undefined : tokens;
}

function memberInBrackets(tokens: Token[], text: string): CompletionTarget | undefined {
  const start = tokens.at(-1)?.start ?? 0;
  const prefix = text.slice(start + 1);
  const bracket = tokens.length - 2;
  if (tokens[bracket]?.label !== '[' || prefix.includes('\\')) return undefined;
  const owner = ownerOfBrackets(tokens, bracket, text)?.text;
  return owner === undefined ? undefined : { kind: 'member', owner, prefix, from: start + 1, quote: text.slice(start, start + 1) }; // prettier-ignore
}

/** The expression that ends with token `i`, if it only reads: names, this, literals, and members of these. */
function pieceAt(tokens: readonly Token[], i: number, text: string): Piece | undefined {
  const token = tokens[i];
  if (token === undefined) return undefined;
  const source = text.slice(token.start, token.end);
  switch (token.label) {
    case 'string':
    case 'regexp':
    case 'num':
      return { text: source, start: i };
    case ']':
      return brackets(tokens, i, text);
    case ')':
      return parentheses(tokens, i, text);
    case '`':
      return emptyTemplate(tokens, i);
    default:
      return isWord(token) ? member(tokens, i, source, text) : undefined;
  }
}

function member(tokens: readonly Token[], i: number, name: string, text: string): Piece | undefined {
  const operator = tokens[i - 1]?.label;
  if (operator === '.' || operator === '?.') {
    const owner = pieceAt(tokens, i - 2, text);
    return owner && { text: `${owner.text}${operator}${name}`, start: owner.start };
  }
  const isValue = tokens[i]?.keyword === undefined || name === 'this';
  return isValue ? { text: name, start: i } : undefined;
}

function brackets(tokens: readonly Token[], end: number, text: string): Piece | undefined {
  const open = openingOf(tokens, end, '[', ']');
  if (open === undefined) return undefined;
  // A list: its elements do not matter, and might do something.
  if (!endsExpression(tokens[open - 1]) && tokens[open - 1]?.label !== '?.') return { text: '[]', start: open };
  const owner = ownerOfBrackets(tokens, open, text);
  const key = pieceAt(tokens, end - 1, text);
  if (owner === undefined || key?.start !== open + 1) return undefined;
  return { text: `${owner.text}[${key.text}]`, start: owner.start };
}

/** What stands before a `[`, with the `?.` between if there is one. */
function ownerOfBrackets(tokens: readonly Token[], open: number, text: string): Piece | undefined {
  const isOptional = tokens[open - 1]?.label === '?.';
  const owner = pieceAt(tokens, open - (isOptional ? 2 : 1), text);
  return owner && { text: isOptional ? `${owner.text}?.` : owner.text, start: owner.start };
}

function parentheses(tokens: readonly Token[], end: number, text: string): Piece | undefined {
  const open = openingOf(tokens, end, '(', ')');
  // A call does something.
  if (open === undefined || endsExpression(tokens[open - 1])) return undefined;
  const inner = pieceAt(tokens, end - 1, text);
  return inner?.start === open + 1 ? { text: `(${inner.text})`, start: open } : undefined;
}

function emptyTemplate(tokens: readonly Token[], end: number): Piece | undefined {
  const isPlain = tokens[end - 1]?.label === 'template' && tokens[end - 2]?.label === '`';
  return isPlain && !endsExpression(tokens[end - 3]) ? { text: "''", start: end - 2 } : undefined;
}

function openingOf(tokens: readonly Token[], end: number, opening: string, closing: string): number | undefined {
  let depth = 0;
  for (let i = end; i >= 0; i--) {
    const label = tokens[i]?.label;
    if (label === closing) depth++;
    else if (label === opening && --depth === 0) return i;
  }
  return undefined;
}

function endsExpression(token: Token | undefined): boolean {
  if (token === undefined) return false;
  const { label, keyword } = token;
  return (isWord(token) && (keyword === undefined || keyword === 'this' || keyword === 'super')) || /^(?:\)|\]|\}|string|template|`)$/.test(label); // prettier-ignore
}

function isWord({ label, keyword }: Token): boolean {
  return label === 'name' || keyword !== undefined;
}

function wordOf(token: Token | undefined, text: string): string {
  return token !== undefined && isWord(token) ? text.slice(token.start, token.end) : '';
}

/** Names that the input itself declares before the cursor. */
function declaredIn(tokens: readonly Token[], text: string): string[] {
  const names = tokens.filter((_token, i) => DECLARING.has(wordOf(tokens[i - 1], text)));
  return [...new Set(names.map((token) => wordOf(token, text)).filter(Boolean))];
}
