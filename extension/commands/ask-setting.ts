import * as vscode from 'vscode';

export type Range = { minimum: number; maximum: number };

/** A setting of a template as it is now, and what it may become. */
export type AskedSetting = { title: string; value: unknown; range: Range | undefined };

/** Asks for a new value of the same kind as the present one; undefined when the user did not answer. */
export async function askSetting({ title, value, range }: AskedSetting): Promise<unknown> {
  if (typeof value === 'boolean') {
    const picked = await vscode.window.showQuickPick(['on', 'off'], { title, placeHolder: value ? 'on' : 'off' });
    return picked === undefined ? undefined : picked === 'on';
  }
  const text = await vscode.window.showInputBox({
    title,
    value: Array.isArray(value) ? value.join(', ') : String(value),
    prompt: promptOf(value, range),
    validateInput: (input) => problemWith(input, value, range),
  });
  if (text === undefined) return undefined;
  if (Array.isArray(value)) return partsOf(text);
  return typeof value === 'number' ? Number(text) : text.trim();
}

/** What is wrong with the text; undefined when it can be the setting's value. */
export function problemWith(text: string, value: unknown, range: Range | undefined): string | undefined {
  if (Array.isArray(value)) return partsOf(text).length === 0 ? 'At least one is needed.' : undefined;
  if (typeof value !== 'number') return text.trim() === '' ? 'A value is needed.' : undefined;
  const number = Number(text);
  const isWhole = text.trim() !== '' && Number.isInteger(number);
  const isInside = range === undefined || (number >= range.minimum && number <= range.maximum);
  return isWhole && isInside ? undefined : `A whole number${rangeText(range)}.`;
}

function promptOf(value: unknown, range: Range | undefined): string {
  if (Array.isArray(value)) return 'Separated by commas';
  return typeof value === 'number' ? `A whole number${rangeText(range)}; sessions that start from now on have it` : '';
}

function rangeText(range: Range | undefined): string {
  return range === undefined ? '' : ` from ${range.minimum} to ${range.maximum}`;
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
