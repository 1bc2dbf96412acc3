import type { GlobalVariable, Member, ValueLook } from '../../shared/model/inspection.ts';
import type { LookTools } from './guest/look.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import { isIdentifier } from './identifier.ts';
import { argumentOf, type InspectorAnswer, type RemoteObject } from './inspector.ts';
import { previewText } from './preview-text.ts';

/** A session that does not answer by then is busy, with a timer perhaps, and nobody waits for it. */
const LOOK_MS = 50;
const GROUP = 'look';
/** More than anyone reads. */
const MAX_VARIABLES = 500;
/** The inside of an object costs the inspector 20 µs and more: of long lists only names and kinds of values are shown. */
const MAX_INSIDES = 150;
/** Of one value; it is also what the inspector shows the inside of. */
const MAX_MEMBERS = 100;
/** As in `guest/look.ts`. */
const KEY = '=>';

/** `type` is as typeof has it, or null, class, or accessor: a getter is not run. */
export type Variable = { name: string; type: string; preview: string };

type Property = { name: string; value?: RemoteObject };

/**
 * Looks into a session at rest. Nothing of the guest runs, but for what the guest's own expression reads: that is
 * evaluated with V8's guard against side effects and with a time limit.
 */
export class GuestLook {
  readonly #guest: GuestIsolate;
  #isLate = false;

  constructor(guest: GuestIsolate) {
    this.#guest = guest;
  }

  /** The variables that the session's code has defined; undefined when it does not answer in time. */
  globals(): Promise<GlobalVariable[] | undefined> {
    return this.inTime(async () => {
      const lexical = await this.declared('');
      const names = new Set(lexical.map(({ name }) => name));
      const own = (await this.ownGlobals('')).filter(({ name }) => !names.has(name));
      return [...lexical.map((variable) => inScope('lexical', variable)), ...own.map((variable) => inScope('global', variable))]; // prettier-ignore
    });
  }

  /** Runs `look` with a time limit; what is late does nothing more. Gives back what the inspector holds for it. */
  async inTime<T>(look: () => Promise<T>): Promise<T | undefined> {
    this.#isLate = false;
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      this.#isLate = true;
      late.resolve(undefined);
    }, LOOK_MS);
    const looking = look().catch(() => undefined);
    const answer = await Promise.race([looking, late.promise]);
    clearTimeout(timer);
    this.#guest.inspector.tell('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    return answer;
  }

  /** What let, const and class have declared at the top level, of what begins with `prefix`. */
  async declared(prefix: string): Promise<Variable[]> {
    const { result } = await this.#ask(() => this.#guest.lexicalNames());
    const fitting = (result?.names ?? []).filter((name) => name.startsWith(prefix));
    const names = [...new Set(fitting)].slice(-MAX_VARIABLES);
    if (names.length === 0) return [];
    const readers = names.map((name) => `${JSON.stringify(name)}, () => ${name}`);
    const list = await this.evaluate(`[${readers.join(', ')}]`);
    return list === undefined ? [] : this.list('declared', [argumentOf(list)]);
  }

  /** Properties of globalThis that the guest has added or replaced, of those whose name begins with `prefix`. */
  ownGlobals(prefix: string): Promise<Variable[]> {
    return this.list('ownGlobals', [{ value: prefix }, { value: MAX_VARIABLES }]);
  }

  /** What every session has. */
  async builtIns(): Promise<Variable[]> {
    const names = await this.call('builtIns', [], true);
    const each = String(names?.value).split(' ');
    return each.map((entry) => ({ name: entry.split(':')[0] ?? '', type: entry.split(':')[1] ?? '', preview: '' }));
  }

  /** What a variable holds, or a member of what it holds. Getters are not run, and what they would give is not there. */
  async value(path: readonly string[]): Promise<ValueLook | undefined> {
    const args = await this.#pathArguments(path);
    const [found] = args === undefined ? [] : await this.list('read', args);
    return found && { type: found.type, preview: found.preview };
  }

  /** What such a value has itself: its entries, elements and properties, the first of them. Getters are not run. */
  async members(path: readonly string[]): Promise<Member[]> {
    const args = await this.#pathArguments(path);
    const listed = args === undefined ? [] : await this.list('ownMembers', [...args, { value: MAX_MEMBERS }]);
    return withKeys(listed).slice(0, MAX_MEMBERS);
  }

  /** Where the guest's tools begin, and the names that they follow from there; undefined when there is no such variable. */
  async #pathArguments([name = '', ...members]: readonly string[]): Promise<object[] | undefined> {
    if (!isIdentifier(name)) return undefined;
    const { result } = await this.#ask(() => this.#guest.lexicalNames());
    if (result?.names.includes(name) !== true) return [{ value: null }, { value: [name, ...members] }];
    const list = await this.evaluate(`[${name}]`);
    return list === undefined ? undefined : [argumentOf(list), { value: members }];
  }

  /** The value of an expression; undefined when it throws, takes too long, or might have side effects. */
  async evaluate(expression: string): Promise<RemoteObject | undefined> {
    const params = { throwOnSideEffect: true, timeout: LOOK_MS, silent: true, objectGroup: GROUP };
    const { result } = await this.#ask(() => this.#guest.evaluate(expression, params));
    return result?.exceptionDetails === undefined ? result?.result : undefined;
  }

  /** One of the guest's tools that give a list of variables. */
  async list(tool: keyof LookTools, args: readonly object[]): Promise<Variable[]> {
    const list = await this.call(tool, args, false);
    if (list?.objectId === undefined) return [];
    // `Array(3)` says how many there are.
    const count = Number(/\d+/.exec(list.description ?? '')?.[0]) / 3;
    const params = { objectId: list.objectId, ownProperties: true, generatePreview: count <= MAX_INSIDES };
    const { result } = await this.#ask(() => this.#guest.inspector.post<{ result: Property[] }>('Runtime.getProperties', params)); // prettier-ignore
    const items = (result?.result ?? []).filter(({ name }) => /^\d+$/.test(name)).map(({ value }) => value);
    return Array.from({ length: items.length / 3 }, (_, i) => toVariable(items.slice(3 * i)));
  }

  /** One of the guest's other tools, for its effect. */
  async tell(tool: 'remember', args: readonly object[]): Promise<void> {
    await this.#ask(() => this.#guest.callTool(tool, args, GROUP));
  }

  async call(tool: keyof LookTools, args: readonly object[], byValue: boolean): Promise<RemoteObject | undefined> {
    return (await this.#ask(() => this.#guest.callTool(tool, args, GROUP, byValue))).result?.result;
  }

  async #ask<Result>(command: () => Promise<InspectorAnswer<Result>>): Promise<InspectorAnswer<Result>> {
    if (this.#isLate) throw new Error('nobody waits any more');
    const answer = command();
    // To its end: the next command would otherwise be run in the middle of this one, and V8 has one guard for both.
    await this.#guest.rest();
    return answer;
  }
}

function toVariable([name, type, value]: (RemoteObject | undefined)[]): Variable {
  return {
    name: String(name?.value),
    type: String(type?.value),
    preview: value === undefined ? '' : previewText(value),
  };
}

/** The key of a Map's entry comes before its value; its type tells. */
function withKeys(listed: readonly Variable[]): Member[] {
  return listed.flatMap((variable, i) => {
    if (variable.type.startsWith(KEY)) return [];
    const before = listed[i - 1];
    if (before?.type.startsWith(KEY) !== true) return [variable];
    return [{ ...variable, key: before.type === `${KEY}string` ? JSON.stringify(before.preview) : before.preview }];
  });
}

function inScope(scope: 'lexical' | 'global', { name, type, preview }: Variable): GlobalVariable {
  return { name, scope, type: type === 'class' ? 'function' : type, preview };
}
