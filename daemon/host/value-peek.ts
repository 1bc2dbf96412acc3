import { argumentOf, type Inspector, type InspectorAnswer, type RemoteObject } from './inspector.ts';

/** The inspector keeps what it shows under this name until it is told to let go. */
const GROUP = 'peek';
/** The inspector's own abbreviation; a promise's result that is a longer string is shown so, not copied to us whole. */
const MAX_WHOLE_STRING = 100;

type Property = { name: string; value?: RemoteObject; enumerable?: boolean; symbol?: RemoteObject };
type Properties = { result: Property[]; internalProperties?: Property[] };
type Preview = { properties: { name: string; type: string; value?: string }[] };
type Held = { result: RemoteObject & { preview?: Preview } };

/**
 * Tells the guest, while it waits, what JavaScript cannot see of a value of its own. The inspector's commands run on the
 * guest's thread between two calls of the guest to us: it begins, and proceeds until there is nothing left to wait for.
 */
export class ValuePeek {
  readonly #inspector: Inspector;
  /** The inspector's reference to the guest's side of us, which has a holder with the value in it. */
  readonly #toolsId: string;
  /** For each command that was given: true; at the end: false. */
  #signals: boolean[] = [];
  #waiter: ((more: boolean) => void) | undefined;
  #abandoned = Promise.withResolvers<undefined>();

  constructor(inspector: Inspector, toolsId: string) {
    this.#inspector = inspector;
    this.#toolsId = toolsId;
  }

  begin(kind: unknown): boolean {
    this.#signals = [];
    this.#abandoned = Promise.withResolvers();
    void this.#look(kind).then(() => {
      this.#signal(false);
    });
    return this.#signals.shift() ?? false;
  }

  proceed(): boolean | Promise<boolean> {
    return this.#signals.shift() ?? new Promise((resolve) => (this.#waiter = resolve));
  }

  /** The guest is being stopped, and the inspector will not answer any more. */
  abandon(): void {
    this.#abandoned.resolve(undefined);
  }

  async #look(kind: unknown): Promise<void> {
    const held = await this.#command<Held>('Runtime.callFunctionOn', {
      objectId: this.#toolsId,
      functionDeclaration: 'function () { return this.peekHolder.value; }',
      objectGroup: GROUP,
      generatePreview: kind === 'promise',
    });
    if (held?.result.objectId === undefined) return;
    if (kind === 'promise') await this.#lookAtPromise(held.result);
    else if (kind === 'entries') await this.#lookAtEntries(held.result);
    else if (kind === 'names') await this.#lookAtNames(held.result);
    this.#inspector.tell('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }

  async #lookAtPromise({ objectId, preview }: Held['result']): Promise<void> {
    const shown = (name: string) => preview?.properties.find((property) => property.name === name);
    const state = shown('[[PromiseState]]')?.value;
    if (state === undefined) return;
    const result = shown('[[PromiseResult]]');
    let argument: object = { value: result?.value };
    if (result?.type !== 'string' || (result.value ?? '').length < MAX_WHOLE_STRING) {
      const internal = (await this.#properties(objectId))?.internalProperties ?? [];
      argument = argumentOf(internal.find(({ name }) => name === '[[PromiseResult]]')?.value ?? { type: 'undefined' });
    }
    const answer = 'function (state, result) { this.peekHolder.answer = { __proto__: null, state, result }; }';
    await this.#give(answer, [{ value: state }, argument]);
  }

  async #lookAtEntries({ objectId }: Held['result']): Promise<void> {
    const internal = (await this.#properties(objectId))?.internalProperties ?? [];
    const entries = internal.find(({ name }) => name === '[[Entries]]')?.value;
    if (entries === undefined) return;
    await this.#give('function (entries) { this.peekHolder.answer = entries; }', [argumentOf(entries)]);
  }

  async #lookAtNames({ objectId }: Held['result']): Promise<void> {
    const properties = (await this.#properties(objectId))?.result ?? [];
    const names = properties.filter(({ enumerable, symbol }) => enumerable === true && symbol === undefined);
    const value = names.map(({ name }) => name);
    await this.#give('function (names) { this.peekHolder.answer = names; }', [{ value }]);
  }

  #properties(objectId: string | undefined): Promise<Properties | undefined> {
    const options = { ownProperties: true, nonIndexedPropertiesOnly: true };
    return this.#command<Properties>('Runtime.getProperties', { objectId, ...options });
  }

  async #give(functionDeclaration: string, args: readonly object[]): Promise<void> {
    const call = { objectId: this.#toolsId, functionDeclaration, arguments: args };
    await this.#command('Runtime.callFunctionOn', call);
  }

  async #command<Result>(method: string, params: object): Promise<Result | undefined> {
    const answering: Promise<InspectorAnswer<Result>> = this.#inspector.post<Result>(method, params);
    this.#signal(true);
    return (await Promise.race([answering, this.#abandoned.promise]))?.result;
  }

  #signal(more: boolean): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) this.#signals.push(more);
    else waiter(more);
  }
}
