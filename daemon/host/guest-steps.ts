import { refusal } from './guest-exceptions.ts';
import { atOnce, type GuestIsolate, type LineEnd } from './guest-isolate.ts';
import type { Rest } from './rest.ts';
import type { InspectorAnswer, InspectorResult, RemoteObject } from './inspector.ts';
import { RUN_GROUP } from './last-values.ts';
import { givenResult } from './expression-line.ts';

/**
 * The commands of a run, one after the other: a command that comes while another runs would be run in the middle of that.
 * Each is undefined when the run was stopped meanwhile.
 */
export class GuestSteps {
  readonly #guest: GuestIsolate;
  readonly #onRest: (rest: Rest) => void;
  /** Made for who asks: most runs end without. */
  #stopped: PromiseWithResolvers<undefined> | undefined;
  #hasStopped = false;
  /** Ends the step that is going on. */
  #end: (() => void) | undefined;

  /** @param onRest told how the isolate came to rest, which may stop the run */
  constructor(guest: GuestIsolate, onRest: (rest: Rest) => void) {
    this.#guest = guest;
    this.#onRest = onRest;
  }

  /** Whether the run is being stopped. */
  isStopped(): boolean {
    return this.#hasStopped;
  }

  /** Resolves when the run is stopped. */
  get stopped(): Promise<undefined> {
    this.#stopped ??= Promise.withResolvers();
    if (this.#hasStopped) this.#stopped.resolve(undefined);
    return this.#stopped.promise;
  }

  stop(): void {
    this.#hasStopped = true;
    this.#stopped?.resolve(undefined);
    this.#end?.();
  }

  evaluate(text: string): Promise<InspectorResult | undefined> {
    const params = { replMode: true, objectGroup: RUN_GROUP };
    return this.#take((onAnswer) => { this.#guest.startEvaluation(text, params, onAnswer); }); // prettier-ignore
  }

  /** Evaluates an `expressionScript`, unless V8 says that it is none. */
  async line(script: string): Promise<InspectorResult | 'refused' | undefined> {
    if (this.#guest.turns.going !== undefined) await this.turnOver();
    if (this.isStopped()) return undefined;
    const end = await this.#lineToItsEnd(script);
    this.#end = undefined;
    if (end === undefined || this.isStopped()) return undefined;
    if (end.state === 'refused') return 'refused';
    const result = end.state === 'idle' ? givenResult(end.given) : undefined;
    return result === undefined ? this.#takeLine(end) : { result };
  }

  /** Calls one of the guest's tools. */
  tool(name: string, args: readonly object[], returnByValue = true): Promise<InspectorResult | undefined> {
    return this.#take((onAnswer) => { this.#guest.startTool(name, args, RUN_GROUP, onAnswer, returnByValue); }); // prettier-ignore
  }

  ask(method: string, params: object): Promise<InspectorResult | undefined> {
    return this.#take((onAnswer) => { this.#guest.inspector.ask(method, params, onAnswer); }); // prettier-ignore
  }

  awaitPromise({ objectId }: RemoteObject): Promise<InspectorResult | undefined> {
    return this.ask('Runtime.awaitPromise', { promiseObjectId: objectId });
  }

  /** Waits until the isolate has nothing more to do. */
  async rest(): Promise<void> {
    this.#onRest(await this.#guest.rest());
  }

  /** Waits until no turn of the timers is going on. */
  async turnOver(): Promise<void> {
    while (this.#guest.turns.going !== undefined && !this.isStopped()) {
      await Promise.race([this.#guest.turns.going, this.stopped]);
    }
  }

  /** What the line gave or threw, as an object of the inspector's. */
  async #takeLine(end: LineEnd): Promise<InspectorResult | undefined> {
    const hasThrown =
      end.state === 'idle' ? end.given === 'thrown' : (await this.tool('hasLineThrown', []))?.result.value;
    const taken = await this.tool('takeLine', [], false);
    if (taken === undefined || hasThrown !== true) return taken;
    return { result: { type: 'undefined' }, exceptionDetails: { ...refusal('Uncaught'), exception: taken.result } };
  }

  #lineToItsEnd(script: string): Promise<LineEnd | undefined> {
    return new Promise((resolve) => {
      this.#end = () => { resolve(undefined); }; // prettier-ignore
      void this.#guest.evaluateLine(script).then((end) => {
        if (end.state !== 'refused') this.#onRest(end);
        resolve(end);
      });
    });
  }

  async #take(start: (onAnswer: (answer: InspectorAnswer) => void) => void): Promise<InspectorResult | undefined> {
    if (this.#guest.turns.going !== undefined) await this.turnOver();
    if (this.isStopped()) return undefined;
    const answer = await this.#toItsEnd(start);
    this.#end = undefined;
    if (answer === undefined || this.isStopped()) return undefined;
    return answer.result ?? refused(answer.error?.message);
  }

  /** The answer may be there while microtasks go on for ever, and rejections come to light with their end. */
  #toItsEnd(start: (onAnswer: (answer: InspectorAnswer) => void) => void): Promise<InspectorAnswer | undefined> {
    return new Promise((resolve) => {
      let answer: InspectorAnswer | undefined;
      let hasRested = false;
      this.#end = () => { resolve(undefined); }; // prettier-ignore
      // Right before `rest` does its part: the isolate's thread takes up both at once, and is not woken twice.
      void atOnce.then(() => {
        start((given) => {
          answer = given;
          if (hasRested) resolve(answer);
        });
      });
      void this.#guest.rest().then((rest) => {
        this.#onRest(rest);
        hasRested = true;
        if (answer !== undefined) resolve(answer);
      });
    });
  }
}

function refused(text: string | undefined): InspectorResult {
  return { result: { type: 'undefined' }, exceptionDetails: refusal(text) };
}
