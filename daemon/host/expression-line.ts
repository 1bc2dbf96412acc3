import { AFTER_LINE, BEFORE_LINE } from './guest/line-script.ts';
import type { RemoteObject } from './inspector.ts';

/** Longer input is a program rather than a line. */
const MAX_CHARS = 10_000;

/** What begins so is a statement or a declaration, or may be one. */
const STATEMENT =
  /^\s*(?:async|class|const|debugger|do|for|function|if|let|return|switch|throw|try|using|var|while|with)\b/;

/** What needs V8's REPL mode or is rewritten, wherever it stands; and comments that need no slash. */
const SPECIAL = /\b(?:await|import)\b|<!--|-->/;

const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const OPERAND_END = /[\w$)\]]/;
/** Words with which an operand begins rather than ends, and those whose brackets are followed by a statement. */
const OPERAND_AHEAD =
  /\b(?:case|delete|do|else|extends|for|if|in|instanceof|new|of|return|throw|typeof|void|while|with|yield)\b/;

/**
 * The script for input that is one expression, which most lines of a REPL are: its value needs no inspector, which takes
 * three times as long. Undefined for anything else, and in doubt. What the script's own brackets could make valid must not
 * be: every bracket and every text of the input is closed in it. Otherwise V8 can be trusted to refuse what is none.
 */
export function expressionScript(input: string): string | undefined {
  if (input.length > MAX_CHARS || beginsStatement(input)) return undefined;
  // A block, by the rule for objects.
  if (/^\s*\{[^]*;\s*$/.test(input)) return undefined;
  const expression = withoutEnd(input);
  return isClosed(expression) ? BEFORE_LINE + expression + AFTER_LINE : undefined;
}

/** Whether input is, or may be, a statement or a declaration, or needs what only the inspector has. */
export function beginsStatement(input: string): boolean {
  return STATEMENT.test(input) || SPECIAL.test(input);
}

/** A line without the semicolons at its end. */
export function withoutEnd(input: string): string {
  // From the end: a regular expression would begin anew at each blank inside, which takes long for many.
  let end = input.length;
  while (end > 0 && /[;\s]/.test(input.charAt(end - 1))) end--;
  return input.slice(0, end);
}

/** Whether all brackets are in pairs; not so where comments, templates or regular expressions make that hard to tell. */
function isClosed(text: string): boolean {
  const open: string[] = [];
  const mayDivide = !OPERAND_AHEAD.test(text);
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"' || char === "'") {
      at = endOfText(text, at);
      if (at < 0) return false;
    } else if (char in CLOSED_BY) open.push(CLOSED_BY[char] ?? '');
    else if (char === ')' || char === ']' || char === '}') {
      if (open.pop() !== char) return false;
    } else if (char === '`' || char === '\\' || (char === ';' && open.length === 0)) return false;
    else if (char === '/' && !(mayDivide && divides(text, at, before))) return false;
    if (char !== ' ') before = char;
  }
  return open.length === 0;
}

/** Whether the slash begins no regular expression and no comment, where no word of `OPERAND_AHEAD` is. */
function divides(text: string, at: number, before: string): boolean {
  return OPERAND_END.test(before) && !/[/*]/.test(text.charAt(at + 1));
}

/** Where the text that begins at `start` ends; below zero: not in its line. */
function endOfText(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return at;
    if (char === '\n' || char === '\r') return -1;
    if (char === '\\') at++;
  }
  return -1;
}

/** A primitive that the guest's `endLine` has given, as the inspector would describe it; otherwise undefined. */
export function givenResult(given: unknown): RemoteObject | undefined {
  switch (typeof given) {
    case 'number':
      return { type: 'number', value: given, description: String(given) };
    case 'boolean':
      return { type: 'boolean', value: given };
    case 'undefined':
      return { type: 'undefined' };
    case 'string':
      if (given.startsWith("'")) return { type: 'string', value: given.slice(1) };
      return given === 'null' ? { type: 'object', subtype: 'null', value: null } : undefined;
    default:
      return undefined;
  }
}
