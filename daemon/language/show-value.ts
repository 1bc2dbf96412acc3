import type { MarkupContent } from 'vscode-languageserver-protocol';
import type { ValueLook } from '../../shared/model/inspection.ts';

/** A value as a hover or a completion item shows it: `config: object = { mode: 'test' }`. */
export function showValue(path: readonly string[], value: ValueLook, isMarkdown: boolean): MarkupContent {
  const shown = value.type === 'string' ? quote(value.preview) : value.preview;
  const line = `${expressionOf(path)}: ${value.type} = ${shown}`;
  // A preview is one line, so that it cannot end the fence.
  return isMarkdown ? { kind: 'markdown', value: `\`\`\`js\n${line}\n\`\`\`` } : { kind: 'plaintext', value: line };
}

function expressionOf([name = '', ...members]: readonly string[]): string {
  return members.reduce((text, member) => {
    if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(member)) return `${text}.${member}`;
    return /^\d+$/.test(member) ? `${text}[${member}]` : `${text}[${JSON.stringify(member)}]`;
  }, name);
}

function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : '`';
  return `${mark}${text}${mark}`;
}
