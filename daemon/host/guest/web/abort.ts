import { rangeError, typeError, wrongArgument } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { inspectValue } from '../inspect/inspect.ts';
import { at, list, push, type List } from '../list.ts';
import { MAX_SAFE_INTEGER } from '../primordials.ts';
import { setTimeout } from '../timers.ts';
import { DOMException } from './dom-exception.ts';
import { INSPECT, trusted, type Event } from './event.ts';
import { EventTarget } from './event-target.ts';

/** Only our own code makes signals. */
const KEY = Symbol('AbortSignal');

type Handler = ((this: AbortSignal, event: Event) => unknown) | null;

/** Says whether something was given up, and why. */
export class AbortSignal extends EventTarget {
  #isAborted = false;
  #reason: unknown;
  #dependents: List<AbortSignal> = list();
  #handler: Handler = null;

  constructor(key: unknown = undefined) {
    if (key !== KEY) throw typeError('ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    super();
  }

  static abort(reason: unknown = undefined): AbortSignal {
    const signal = makeSignal();
    signal.#isAborted = true;
    signal.#reason = reasonOr(reason);
    return signal;
  }

  static timeout(delay: unknown): AbortSignal {
    if (typeof delay !== 'number') throw wrongArgument('delay', 'of type number');
    if (!(delay >= 0 && delay <= MAX_SAFE_INTEGER)) {
      throw rangeError('ERR_OUT_OF_RANGE', 'The value of "delay" is out of range.');
    }
    const signal = makeSignal();
    setTimeout(() => { signal.#abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')); }, delay); // prettier-ignore
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const result = makeSignal();
    for (const signal of signals) {
      if (typeof signal !== 'object' || (signal as object | null) === null || !(#isAborted in signal)) {
        throw wrongArgument('signals', 'an iterable of AbortSignal');
      }
      if (signal.#isAborted) {
        result.#isAborted = true;
        result.#reason = signal.#reason;
        return result;
      }
      push(signal.#dependents, result);
    }
    return result;
  }

  /** For the controller. */
  static create(): { signal: AbortSignal; abort: (reason: unknown) => void } {
    const signal = makeSignal();
    return { signal, abort: (reason) => { signal.#abort(reasonOr(reason)); } }; // prettier-ignore
  }

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get onabort(): Handler {
    return this.#handler;
  }

  set onabort(handler: unknown) {
    if (this.#handler !== null) this.removeEventListener('abort', this.#handler);
    this.#handler = typeof handler === 'function' ? (handler as Handler) : null;
    if (this.#handler !== null) this.addEventListener('abort', this.#handler);
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  #abort(reason: unknown): void {
    if (this.#isAborted) return;
    const signals = list<AbortSignal>();
    this.#mark(reason, signals);
    // All are aborted before the first listener hears of it.
    for (let i = 0; i < signals.length; i++) at(signals, i).dispatchEvent(trusted('abort'));
  }

  #mark(reason: unknown, signals: List<AbortSignal>): void {
    this.#isAborted = true;
    this.#reason = reason;
    push(signals, this);
    const dependents = this.#dependents;
    this.#dependents = list();
    for (let i = 0; i < dependents.length; i++) {
      const dependent = at(dependents, i);
      if (!dependent.#isAborted) dependent.#mark(reason, signals);
    }
  }

  [INSPECT](depth: number, options: object): string {
    return depth < 0 ? 'AbortSignal' : `AbortSignal ${inspectValue({ aborted: this.#isAborted }, options)}`;
  }
}

const { create } = AbortSignal;
Reflect.deleteProperty(AbortSignal, 'create');
finishWebClass(AbortSignal, 'AbortSignal');

/** Not in the class itself: the bundle would rename a class that names itself, which stack traces show. */
function makeSignal(): AbortSignal {
  return new AbortSignal(KEY);
}

function reasonOr(reason: unknown): unknown {
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
}

/** Gives something up. */
export class AbortController {
  readonly #made = create();

  get signal(): AbortSignal {
    return this.#made.signal;
  }

  abort(reason: unknown = undefined): void {
    this.#made.abort(reason);
  }

  [INSPECT](depth: number, options: object): string {
    return depth < 0 ? 'AbortController' : `AbortController ${inspectValue({ signal: this.signal }, options)}`;
  }
}
finishWebClass(AbortController, 'AbortController');
