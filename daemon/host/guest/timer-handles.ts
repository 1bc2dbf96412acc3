import { renameFunctions } from './define.ts';
import { symbolToPrimitive } from './primordials.ts';

/** What the handles can do; given by the timers themselves, so that the two do not import each other. */
type Control = {
  isQueued(id: number): boolean;
  refresh(id: number): void;
  cancel(id: number): void;
};

let control: Control | undefined;

export function controlTimers(given: Control): void {
  control = given;
}

/** What setTimeout and setInterval return. Converts to a number, which clearTimeout takes as well. */
export class Timeout {
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  static idOf(handle: object): number | undefined {
    return #id in handle ? handle.#id : undefined;
  }

  /** A session lives on with or without timers, so that ref and unref change nothing. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return control?.isQueued(this.#id) ?? false;
  }

  refresh(): this {
    control?.refresh(this.#id);
    return this;
  }

  close(): this {
    control?.cancel(this.#id);
    return this;
  }

  [symbolToPrimitive](): number {
    return this.#id;
  }
}

type Call = { callback: (...args: unknown[]) => unknown; args: unknown[] };

/** What setImmediate returns. */
export class Immediate {
  #call: Call | undefined;

  constructor(call: Call) {
    this.#call = call;
  }

  /** The call that waits, which it does no longer. */
  static take(handle: object): Call | undefined {
    if (!(#call in handle)) return undefined;
    const call = handle.#call;
    handle.#call = undefined;
    return call;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return this.#call !== undefined;
  }
}

renameFunctions({ Timeout, Immediate });
