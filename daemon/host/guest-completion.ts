import type { Completion, CompletionItem } from '../../shared/model/inspection.ts';
import type { CompletionTarget } from './completion-target.ts';
import type { GuestLook, Variable } from './guest-look.ts';
import { isIdentifier } from './identifier.ts';
import { END_LINE } from './guest/line-script.ts';
import { argumentOf } from './inspector.ts';

/** Globals of ours: what rewritten code imports by, for one. Nobody types them. */
const OURS = ['\u012dmport', END_LINE];
/** More than anyone reads. */
const MAX_ITEMS = 500;
const KEYWORDS = 'async await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while with yield'.split(' '); // prettier-ignore

/** What could stand at the cursor, what is nearest first. */
export async function complete(
  look: GuestLook,
  target: CompletionTarget | undefined,
  cursor: number,
): Promise<Completion> {
  if (target === undefined) return { from: cursor, to: cursor, items: [] };
  const { from, prefix } = target;
  const items = target.kind === 'name' ? await names(look, prefix, target.declared) : await members(look, target);
  const fitting = items.filter(({ label }) => label.startsWith(prefix) && label !== prefix && !OURS.includes(label));
  return { from, to: cursor, items: distinct(fitting).slice(0, MAX_ITEMS) };
}

async function names(look: GuestLook, prefix: string, declared: readonly string[]): Promise<CompletionItem[]> {
  const own = [...(await look.declared(prefix)), ...(await look.ownGlobals(prefix))];
  const builtIns = await look.builtIns();
  return [
    ...[...declared].sort(byName).map((label): CompletionItem => ({ label, kind: 'variable' })),
    ...sorted(own).map((variable) => toItem(variable, 'variable', 'function')),
    ...KEYWORDS.map((label): CompletionItem => ({ label, kind: 'keyword' })),
    ...sorted(builtIns).map((variable) => toItem(variable, 'variable', 'function')),
  ].filter(({ label }) => isIdentifier(label));
}

/** Members of a value and of its prototypes, one level after the other. */
async function members(
  look: GuestLook,
  { owner, prefix, quote }: Extract<CompletionTarget, { kind: 'member' }>,
): Promise<CompletionItem[]> {
  // In a list, so that a value is not copied to us, however long a string it may be.
  const list = await look.evaluate(`[${owner}\n]`);
  if (list === undefined) return [];
  const levels = await look.list('members', [argumentOf(list), { value: prefix }, { value: MAX_ITEMS }]);
  const found = splitLevels(levels).flatMap(sorted);
  const isFit = quote === undefined ? isIdentifier : (name: string) => isPlain(name, quote);
  return found.filter(({ name }) => isFit(name)).map((variable) => toItem(variable, 'property', 'method'));
}

/** What an object has itself, and what each of its prototypes has. */
function splitLevels(variables: readonly Variable[]): Variable[][] {
  const levels: Variable[][] = [[]];
  for (const variable of variables) {
    if (variable.type === '') levels.push([]);
    else levels.at(-1)?.push(variable);
  }
  return levels;
}

function toItem(
  { name, type, preview }: Variable,
  plain: 'variable' | 'property',
  callable: 'function' | 'method',
): CompletionItem {
  if (type === 'class') return { label: name, kind: 'class' };
  if (type === 'function') return { label: name, kind: callable };
  return { label: name, kind: plain, ...(preview === '' || type === 'accessor' ? {} : { preview }) };
}

/** Whether the name can stand between such quotes as it is; elements of lists are not worth offering. */
function isPlain(name: string, quote: string): boolean {
  return !name.includes(quote) && !/[\\\p{Cc}]/u.test(name) && !/^\d+$/.test(name);
}

function sorted(variables: readonly Variable[]): Variable[] {
  return variables.toSorted((a, b) => byName(a.name, b.name));
}

/** By the alphabet; what begins with an underscore is meant for few. */
function byName(a: string, b: string): number {
  const isHidden = Number(a.startsWith('_')) - Number(b.startsWith('_'));
  return isHidden !== 0 ? isHidden : a < b ? -1 : Number(a > b);
}

/** The first of each name. */
function distinct(items: readonly CompletionItem[]): CompletionItem[] {
  const seen = new Set<string>();
  return items.filter(({ label }) => !seen.has(label) && seen.add(label));
}
