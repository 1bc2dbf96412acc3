import type ivm from 'isolated-vm';
import { collectOwnGarbageSoon } from '../own-garbage.ts';

/** Answers beyond this leave garbage that counts against the memory limit of the session. */
const LARGE_CHARS = 1_000_000;

/** A value of the guest as V8's inspector describes it. Large or structured ones are held by `objectId`. */
export type RemoteObject = {
  type: string;
  subtype?: string;
  className?: string;
  value?: unknown;
  /** Numbers that JSON lacks (NaN, -0, …) and bigints. */
  unserializableValue?: string;
  description?: string;
  objectId?: string;
  preview?: ObjectPreview;
};

/** What the inspector says of an object's inside: at most 5 properties, or 100 elements or entries; short texts. */
export type ObjectPreview = {
  type: string;
  subtype?: string;
  description?: string;
  /** Whether there is more. */
  overflow: boolean;
  properties: PropertyPreview[];
  entries?: { key?: ObjectPreview; value: ObjectPreview }[];
};

export type PropertyPreview = { name: string; type: string; subtype?: string; value?: string };

export type ExceptionDetails = {
  text: string;
  /** Both from 0. */
  lineNumber: number;
  columnNumber: number;
  /** Of the script that could not be compiled. What is thrown later comes without (the reporting of scripts is off). */
  scriptId?: string;
  exception?: RemoteObject;
};

export type InspectorResult = { result: RemoteObject; exceptionDetails?: ExceptionDetails };

/** `error` when the command was refused, or its evaluation terminated. */
export type InspectorAnswer<Result = InspectorResult> = { result?: Result; error?: { message: string } };

/** A value of the guest as an argument of a call in the guest. */
export function argumentOf({ objectId, unserializableValue, value }: RemoteObject): object {
  if (objectId !== undefined) return { objectId };
  return unserializableValue !== undefined ? { unserializableValue } : { value };
}

/**
 * V8's inspector of one isolate: the only place that speaks its protocol, so that a debugger can share it one day.
 * Commands run on the isolate's thread, in order, also while it executes code.
 */
export class Inspector {
  readonly #isolate: ivm.Isolate;
  readonly #session: ivm.InspectorSession;
  readonly #waiting = new Map<number, (answer: InspectorAnswer) => void>();
  #collecting: { id: number; ended: PromiseWithResolvers<undefined> } | undefined;
  #lastId = 0;

  constructor(isolate: ivm.Isolate) {
    this.#isolate = isolate;
    this.#session = isolate.createInspectorSession();
    this.#session.onResponse = (id, message) => {
      if (this.#collecting?.id === id) this.#endCollecting();
      const answer = this.#waiting.get(id);
      this.#waiting.delete(id);
      answer?.(JSON.parse(message) as InspectorAnswer);
      if (message.length > LARGE_CHARS) collectOwnGarbageSoon();
    };
    this.#session.onNotification = () => undefined;
  }

  /**
   * Sends a command. The promise stays pending when the isolate dies first, and until someone runs the isolate's
   * microtasks, where the answer depends on them.
   */
  post<Result = InspectorResult>(method: string, params: object = {}): Promise<InspectorAnswer<Result>> {
    return new Promise((resolve) => {
      this.ask(method, params, resolve as (answer: InspectorAnswer) => void);
    });
  }

  /** As `post`, for who needs no promise. */
  ask(method: string, params: object, onAnswer: (answer: InspectorAnswer) => void): void {
    // A dispatch to a disposed isolate fails an assertion in isolated-vm, which ends the process.
    if (this.#isolate.isDisposed) return;
    const id = ++this.#lastId;
    this.#waiting.set(id, onAnswer);
    this.#session.dispatchProtocolMessage(JSON.stringify({ id, method, params }));
  }

  /** Sends a command whose answer nobody needs. */
  tell(method: string, params: object = {}): void {
    if (this.#isolate.isDisposed) return;
    this.#session.dispatchProtocolMessage(JSON.stringify({ id: ++this.#lastId, method, params }));
  }

  /** Has garbage collected, by a task of V8's own, which comes after what is asked for right behind it. */
  collectGarbage(): void {
    if (this.#isolate.isDisposed) return;
    const ended = this.#collecting?.ended ?? Promise.withResolvers<undefined>();
    this.#collecting = { id: this.#lastId + 1, ended };
    this.tell('HeapProfiler.collectGarbage');
  }

  /** Settles when V8 has answered that the garbage is collected; undefined when it has. */
  get collecting(): Promise<unknown> | undefined {
    return this.#collecting?.ended.promise;
  }

  #endCollecting(): void {
    this.#collecting?.ended.resolve(undefined);
    this.#collecting = undefined;
  }

  /** Nobody wants the answers that are still to come, for example of an evaluation that awaits what never settles. */
  forgetPending(): void {
    for (const id of this.#waiting.keys()) this.#waiting.set(id, nobody);
  }

  /** Whether V8 has answered all that it was asked. */
  get hasAnswered(): boolean {
    return this.#waiting.size === 0;
  }

  /** The number that the protocol gave to the context named `name`. */
  async contextId(name: string, idle: () => Promise<unknown>): Promise<number> {
    let found: number | undefined;
    this.#session.onNotification = (message) => {
      const { method, params } = JSON.parse(message) as { method: string; params: { context?: ContextDescription } };
      if (method === 'Runtime.executionContextCreated' && params.context?.name === name) found = params.context.id;
    };
    const enabled = this.post('Runtime.enable');
    await idle();
    await enabled;
    // Enabled, it would report and retain every object that the guest logs.
    const disabled = this.post('Runtime.disable');
    await idle();
    await disabled;
    this.#session.onNotification = () => undefined;
    if (found === undefined) throw new Error(`the inspector announced no context named ${name}`);
    return found;
  }

  /**
   * Must come before the isolate's own disposal, and only when V8 `hasAnswered`: it would answer to a session that is gone,
   * and end the process.
   */
  dispose(): void {
    if (!this.#isolate.isDisposed) this.#session.dispose();
  }
}

const nobody = (): void => undefined;

type ContextDescription = { id: number; name: string };
