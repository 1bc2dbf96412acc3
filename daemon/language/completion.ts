import type { CompletionItem, CompletionList, Position } from 'vscode-languageserver-protocol';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Completion, CompletionItem as Offer, ValueLook } from '../../shared/model/inspection.ts';
import { codeBefore, ownerPathAt } from './path-at.ts';
import { showValue } from './show-value.ts';

/** LSP's CompletionItemKind. Keywords are not offered: every editor knows them. */
const KINDS = { method: 2, function: 3, variable: 6, class: 7, property: 10 } as const;

/** The session offers no more at once: what is typed next may fit to others. */
const MAX_ITEMS = 500;

/** Where the value of an item can be read when somebody looks at the item. */
export type ItemData = { session_id: string; path: string[] };

/** The answer for a document without a session, or when the session did not answer in time. */
export function noItems(isIncomplete: boolean): CompletionList {
  return { isIncomplete, items: [] };
}

/** What the session has to offer at a place in a document; undefined when it did not answer. */
export async function completionAt(
  document: TextDocument,
  position: Position,
  session_id: string,
  ask: (input: string) => Promise<Completion | undefined>,
): Promise<CompletionList | undefined> {
  const offset = document.offsetAt(position);
  const { code, from } = codeBefore(document.getText(), offset);
  const completion = await ask(code);
  if (completion === undefined) return undefined;
  const start = from + completion.from;
  const owner = await ownerPathAt(document.getText(), start);
  const range = { start: document.positionAt(start), end: document.positionAt(offset) };
  const items = completion.items.flatMap(({ label, kind }, index): CompletionItem[] => {
    if (kind === 'keyword') return [];
    const data = owner && { data: { session_id, path: [...owner, label] } satisfies ItemData };
    return [{ label, kind: kindOf(kind), sortText: orderOf(index), textEdit: { range, newText: label }, ...data }];
  });
  return { isIncomplete: completion.items.length >= MAX_ITEMS, items };
}

/** The item with its value as it is now. */
export function withValue(
  item: CompletionItem,
  path: readonly string[],
  value: ValueLook,
  isMarkdown: boolean,
): CompletionItem {
  return { ...item, detail: value.type, documentation: showValue(path, value, isMarkdown) };
}

function kindOf(kind: Exclude<Offer['kind'], 'keyword'>): (typeof KINDS)[keyof typeof KINDS] {
  return KINDS[kind];
}

/** Editors sort by this text; the session's order, nearest first, is to stay. */
function orderOf(index: number): string {
  return String(index).padStart(4, '0');
}
