import type { GlobalVariable } from '../../shared/model/inspection.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { InspectorAnswer, RemoteObject } from './inspector.ts';
import { previewText, typeOf } from './preview-text.ts';

/** A session that does not answer by then is busy, and nobody waits for it. */
const LOOK_MS = 250;
const GROUP = 'look';

export type Property = {
  name: string;
  value?: RemoteObject;
  get?: RemoteObject;
  isOwn?: boolean;
  symbol?: RemoteObject;
};

/**
 * Looks into a session at rest through the inspector. Nothing of the guest runs: expressions are evaluated with V8's guard
 * against side effects, which refuses getters and calls that might have any.
 */
export class GuestLook {
  readonly #guest: GuestIsolate;
  #builtIns: ReadonlySet<string> | undefined;
  #isLate = false;

  constructor(guest: GuestIsolate) {
    this.#guest = guest;
  }

  /** The variables that the session's code has defined; undefined when it does not answer in time. */
  globals(): Promise<GlobalVariable[] | undefined> {
    return this.inTime(async () => {
      const lexical = await this.lexicalNames();
      const values: (RemoteObject | undefined)[] = [];
      for (const name of lexical) values.push(await this.evaluate(name));
      const own = (await this.globalProperties()).filter(({ name }) => !lexical.includes(name));
      return [
        ...lexical.map((name, i) => variable(name, 'lexical', values[i])),
        ...own.map(({ name, value }) => variable(name, 'global', value)),
      ];
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

  async lexicalNames(): Promise<string[]> {
    const { result } = await this.#ask(() => this.#guest.lexicalNames());
    return [...new Set(result?.names)];
  }

  /** Own properties of globalThis that the guest has added. */
  async globalProperties(): Promise<Property[]> {
    const builtIns = (this.#builtIns ??= await this.#readBuiltIns());
    const globalThis = await this.evaluate('globalThis');
    const properties = globalThis === undefined ? [] : await this.properties(globalThis, true);
    return properties.filter(({ name, symbol }) => symbol === undefined && !builtIns.has(name));
  }

  /** The value of an expression; undefined when it throws, or might have side effects. */
  async evaluate(expression: string): Promise<RemoteObject | undefined> {
    const params = { throwOnSideEffect: true, silent: true, generatePreview: true, objectGroup: GROUP };
    const { result } = await this.#ask(() => this.#guest.evaluate(expression, params));
    return result?.exceptionDetails === undefined ? result?.result : undefined;
  }

  async properties({ objectId, subtype }: RemoteObject, ownProperties: boolean): Promise<Property[]> {
    // A proxy would run its traps.
    if (objectId === undefined || subtype === 'proxy') return [];
    const params = { objectId, ownProperties, generatePreview: true };
    const { result } = await this.#ask(() => this.#guest.inspector.post<{ result?: Property[] }>('Runtime.getProperties', params)); // prettier-ignore
    return result?.result ?? [];
  }

  async #readBuiltIns(): Promise<ReadonlySet<string>> {
    const { result } = await this.#ask(() => this.#guest.callTool('builtInNames', [], GROUP));
    return new Set(String(result?.result.value).split(' '));
  }

  async #ask<Result>(command: () => Promise<InspectorAnswer<Result>>): Promise<InspectorAnswer<Result>> {
    if (this.#isLate) throw new Error('nobody waits any more');
    const answer = command();
    // To its end: the next command would otherwise be run in the middle of this one, and V8 has one guard for both.
    await this.#guest.rest();
    return answer;
  }
}

function variable(name: string, scope: 'lexical' | 'global', value: RemoteObject | undefined): GlobalVariable {
  // Declared, but its initialiser has thrown; or an accessor, which is not run.
  if (value === undefined)
    return { name, scope, type: 'undefined', preview: scope === 'global' ? '[Getter]' : '<uninitialized>' };
  return { name, scope, type: typeOf(value), preview: previewText(value) };
}
