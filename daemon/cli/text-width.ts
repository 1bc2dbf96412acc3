import { stripVTControlCharacters } from 'node:util';

/** Scripts of East Asia whose characters take two columns of a terminal, and emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
/** Takes no column of its own. */
const NONE = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

/** How many columns of a terminal a text takes. */
export function columnWidth(text: string): number {
  // Nearly every text; the segmenter is some hundred times slower.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    if (!NONE.test(segment)) width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

/**
 * The text with control characters written out (`\n`, `\x1b`, `\u202e`): a name that somebody else chose cannot move the
 * cursor, start a line or turn around what follows it.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    const short = SHORT_ESCAPES[character];
    if (short !== undefined) return short;
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
