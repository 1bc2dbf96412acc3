import { now } from '../clock.ts';
import { wrongArgument } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { inspectValue } from '../inspect/inspect.ts';
import { BooleanFrom, defineProperty, StringCtor, symbolFor, TypeErrorCtor } from '../primordials.ts';

type EventOptions = { bubbles?: unknown; cancelable?: unknown; composed?: unknown };

/** What dispatching does to an event; not for guests. */
export type Dispatch = {
  begin(target: object): void;
  end(): void;
  isStopped(): boolean;
  isDispatching(): boolean;
};

export const INSPECT = symbolFor('nodejs.util.inspect.custom');

/** Something that happened, as the web has it. */
export class Event {
  #type: string;
  #bubbles: boolean;
  #cancelable: boolean;
  readonly #composed: boolean;
  readonly #time = now();
  #isTrusted = false;
  #isPrevented = false;
  #isStopped = false;
  #isPropagationStopped = false;
  #isDispatching = false;
  #target: object | null = null;

  constructor(type: unknown, options: unknown = undefined) {
    if (arguments.length === 0) throw new TypeErrorCtor('The "type" argument must be specified');
    if (options !== undefined && options !== null && typeof options !== 'object') {
      throw wrongArgument('options', 'of type object');
    }
    const { bubbles, cancelable, composed } = (options ?? {}) as EventOptions;
    this.#bubbles = BooleanFrom(bubbles);
    this.#cancelable = BooleanFrom(cancelable);
    this.#composed = BooleanFrom(composed);
    this.#type = StringCtor(type);
  }

  static isEvent(value: object): value is Event {
    return #type in value;
  }

  static dispatchOf(event: Event): Dispatch {
    return {
      begin: (target) => {
        event.#target = target;
        event.#isDispatching = true;
      },
      end: () => {
        event.#isDispatching = false;
      },
      isStopped: () => event.#isStopped,
      isDispatching: () => event.#isDispatching,
    };
  }

  /** An event that we make ourselves. */
  static trusted(type: string): Event {
    const event = makeEvent(type);
    event.#isTrusted = true;
    return event;
  }

  get type(): string {
    return this.#type;
  }

  get target(): object | null {
    return this.#target;
  }

  get currentTarget(): object | null {
    return this.#isDispatching ? this.#target : null;
  }

  get srcElement(): object | null {
    return this.#target;
  }

  get bubbles(): boolean {
    return this.#bubbles;
  }

  get cancelable(): boolean {
    return this.#cancelable;
  }

  get composed(): boolean {
    return this.#composed;
  }

  get defaultPrevented(): boolean {
    return this.#cancelable && this.#isPrevented;
  }

  get returnValue(): boolean {
    return !this.#cancelable || !this.#isPrevented;
  }

  set returnValue(value: unknown) {
    if (!BooleanFrom(value)) this.preventDefault();
  }

  get timeStamp(): number {
    return this.#time;
  }

  get eventPhase(): number {
    return this.#isDispatching ? 2 : 0;
  }

  get cancelBubble(): boolean {
    return this.#isPropagationStopped;
  }

  set cancelBubble(value: boolean) {
    if (value) this.#isPropagationStopped = true;
  }

  /** The old way to make an event, of no effect while the event is dispatched. */
  initEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false): void {
    if (arguments.length === 0) throw new TypeErrorCtor('The "type" argument must be specified');
    if (this.#isDispatching) return;
    this.#type = StringCtor(type);
    this.#bubbles = BooleanFrom(bubbles);
    this.#cancelable = BooleanFrom(cancelable);
  }

  preventDefault(): void {
    this.#isPrevented = true;
  }

  stopPropagation(): void {
    this.#isPropagationStopped = true;
  }

  stopImmediatePropagation(): void {
    this.#isStopped = true;
  }

  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  composedPath(): object[] {
    return this.#isDispatching && this.#target !== null ? [this.#target] : [];
  }

  [INSPECT](depth: number, options: { depth: number | null }): string {
    const name = (this.constructor as { name?: unknown } | undefined)?.name;
    const title = typeof name === 'string' ? name : 'Event';
    if (depth < 0) return title;
    const { type, defaultPrevented, cancelable, timeStamp } = this;
    const shown = { type, defaultPrevented, cancelable, timeStamp };
    return `${title} ${inspectValue(shown, { ...options, depth: options.depth === null ? null : options.depth - 1 })}`;
  }
}

/** Not in the class itself: the bundle would rename a class that names itself, which stack traces show. */
function makeEvent(type: string): Event {
  return new Event(type);
}

const { dispatchOf, isEvent, trusted } = Event;
export { dispatchOf, isEvent, trusted };
for (const name of ['dispatchOf', 'isEvent', 'trusted']) Reflect.deleteProperty(Event, name);
finishWebClass(Event, 'Event');
for (const [name, value] of Object.entries({ NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 })) {
  defineProperty(Event, name, { value, enumerable: true });
  defineProperty(Event.prototype, name, { value, enumerable: true });
}

/** An event that carries a value. */
export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, options: unknown = undefined) {
    super(type, options);
    this.#detail = (options as { detail?: unknown } | null | undefined)?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}
finishWebClass(CustomEvent, 'CustomEvent');
