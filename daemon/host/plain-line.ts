import { beginsStatement, withoutEnd } from './expression-line.ts';
import { END_LINE } from './guest/line-script.ts';
import { mentionsUnderscore } from './repl-input.ts';

/** Longer lines, and lines with more names, are rare: they need not be judged. */
const MAX_CHARS = 200;
const MAX_NAMES = 8;

/** A name, a literal, a bracket that opens or closes, or an operator. */
const TOKEN =
  /\s*(?:([A-Za-z$_][\w$]*)|((?:0|[1-9]\d{0,14})(?:\.\d{1,15})?(?![\w$.])|"[^"\\\n\r]*"|'[^'\\\n\r]*')|([()])|([=!]==?|<<|>>>?|[<>]=?|&&?|\|\|?|\?\?|[-+*/%^!~]))/y;

/** What may stand before an operand. */
const PREFIXES = new Set(['+', '-', '!', '~']);
/** What stands nowhere else. */
const PREFIXES_ONLY = new Set(['!', '~']);
const CONSTANTS = new Set(['true', 'false', 'null', 'undefined']);

/**
 * The script for input that is made of names, literals, brackets and operators alone: `total`, `a / b`, `name === "x"`. It
 * changes nothing; and when all of the names hold primitives, which it finds out itself, no code of the guest's runs, and
 * it is over in some microseconds whatever the guest has done. Undefined for anything else, and in doubt.
 */
export function plainScript(input: string): string | undefined {
  if (input.length > MAX_CHARS || beginsStatement(input) || mentionsUnderscore(input)) return undefined;
  const expression = withoutEnd(input);
  const names = namesIn(expression);
  return names === undefined ? undefined : scriptOf(expression, [...names]);
}

/** With names, it finds out whether all of them hold primitives, for which no code of the guest's runs; else it gives `other`. */
function scriptOf(expression: string, names: readonly string[]): string {
  const line = `${END_LINE}((${expression}\n))`;
  if (names.length === 0) return line;
  const texts = names.map((name) => `"${name}"`).join();
  return `try{${END_LINE}.areHeld(${texts})&&${END_LINE}.arePrimitive(${names.join()})?${line}:"other"}catch{"other"}`;
}

/** The names of a plain expression; undefined when it is none. */
function namesIn(text: string): Set<string> | undefined {
  // To be told from two signs, or a comment.
  if (text.includes('++') || text.includes('--')) return undefined;
  const names = new Set<string>();
  let open = 0;
  let isAfterOperand = false;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length;) {
    const token = TOKEN.exec(text);
    if (token === null) return undefined;
    const [, name, literal, bracket, operator] = token;
    if (operator !== undefined) {
      if (!(isAfterOperand ? !PREFIXES_ONLY.has(operator) : PREFIXES.has(operator))) return undefined;
      isAfterOperand = false;
    } else if (bracket === ')') {
      if (!isAfterOperand || --open < 0) return undefined;
    } else {
      if (isAfterOperand) return undefined;
      if (bracket === '(') open++;
      else isAfterOperand = true;
      if (literal === undefined && name !== undefined && !CONSTANTS.has(name)) names.add(name);
    }
  }
  return isAfterOperand && open === 0 && names.size <= MAX_NAMES ? names : undefined;
}
