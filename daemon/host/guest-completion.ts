import type { CompleteRequest, Completion } from '../../shared/model/inspection.ts';
import type { GuestLook, Property } from './guest-look.ts';
import type { RemoteObject } from './inspector.ts';
import { previewText } from './preview-text.ts';

/** More than anyone reads. */
const MAX_ITEMS = 500;
const KEYWORDS = 'async await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while with yield'.split(' '); // prettier-ignore
/** Names joined by dots, and indexes: reading them has no effect beyond getters, which V8 refuses to run here. */
const START_OF_CHAIN =
  /(?:[\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\??\.[\p{ID_Start}$_][\p{ID_Continue}$]*|\[(?:\d+|"[^"\\]*"|'[^'\\]*')\])*$/u;

type Item = Completion['items'][number];

/** What could stand at the cursor. */
export async function complete(look: GuestLook, { input, cursor }: CompleteRequest): Promise<Completion> {
  const before = input.slice(0, cursor);
  const prefix = /[\p{ID_Continue}$]*$/u.exec(before)?.[0] ?? '';
  const from = cursor - prefix.length;
  const owner = ownerBefore(before.slice(0, from));
  if (owner === null) return { from, to: cursor, items: [] };
  const items = owner === undefined ? await names(look) : await members(look, owner);
  const fitting = items.filter(({ label }) => label.startsWith(prefix) && label !== prefix);
  return { from, to: cursor, items: distinct(fitting).slice(0, MAX_ITEMS) };
}

/** The expression whose member is asked for; undefined when a name is. Null when it cannot be told what is. */
function ownerBefore(text: string): string | undefined | null {
  const dot = /\??\.$/.exec(text);
  if (dot === null) return undefined;
  return START_OF_CHAIN.exec(text.slice(0, dot.index))?.[0] ?? null;
}

async function members(look: GuestLook, owner: string): Promise<Item[]> {
  const value = await look.evaluate(owner);
  if (value === undefined) return [];
  const isPrimitive = value.objectId === undefined && value.subtype !== 'null' && value.type !== 'undefined';
  const object = isPrimitive ? await look.evaluate(`Object(${owner})`) : value;
  if (object === undefined) return [];
  const properties = await look.properties(object, false);
  return properties.filter(isNameable).sort(ownFirst).map(memberItem);
}

async function names(look: GuestLook): Promise<Item[]> {
  const lexical = await look.lexicalNames();
  const own = await look.globalProperties();
  const globalThis = await look.evaluate('globalThis');
  const all = globalThis === undefined ? [] : await look.properties(globalThis, true);
  return [
    ...lexical.map((label): Item => ({ label, kind: 'variable' })),
    ...own.filter(isNameable).map(nameItem),
    ...KEYWORDS.map((label): Item => ({ label, kind: 'keyword' })),
    ...all.filter(isNameable).map(nameItem),
  ];
}

function isNameable({ name, symbol }: Property): boolean {
  return symbol === undefined && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}

function ownFirst(a: Property, b: Property): number {
  return Number(b.isOwn === true) - Number(a.isOwn === true);
}

function memberItem({ name, value }: Property): Item {
  return { label: name, kind: value?.type === 'function' ? 'method' : 'property', ...previewOf(value) };
}

function nameItem({ name, value }: Property): Item {
  if (value?.type !== 'function') return { label: name, kind: 'variable', ...previewOf(value) };
  return { label: name, kind: value.description?.startsWith('class') === true ? 'class' : 'function' };
}

function previewOf(value: RemoteObject | undefined): { preview?: string } {
  return value === undefined || value.type === 'function' ? {} : { preview: previewText(value) };
}

/** The first of each name. */
function distinct(items: readonly Item[]): Item[] {
  const seen = new Set<string>();
  return items.filter(({ label }) => !seen.has(label) && seen.add(label));
}
