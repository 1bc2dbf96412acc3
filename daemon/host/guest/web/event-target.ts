import { typeError, wrongArgument } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { at, copy, list, push, splice, type List } from '../list.ts';
import { BooleanFrom, MapCtor, apply, mapGet, mapSet, StringCtor, TypeErrorCtor } from '../primordials.ts';
import { reportUncaught } from '../uncaught.ts';
import { DOMException } from './dom-exception.ts';
import { dispatchOf, isEvent, type Event } from './event.ts';

type Listener = {
  callback: unknown;
  capture: boolean;
  once: boolean;
  removed: boolean;
};

type ListenerOptions = { capture?: unknown; once?: unknown; signal?: unknown };

/** Something that events happen to. */
export class EventTarget {
  readonly #listeners = new MapCtor<string, List<Listener>>();

  addEventListener(type: unknown, callback: unknown, options: unknown = undefined): void {
    if (arguments.length < 2) throw new TypeErrorCtor('The "type" and "listener" arguments must be specified');
    const { capture, once, signal } = optionsOf(options);
    checkSignal(signal);
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw wrongArgument('listener', 'an instance of EventListener');
    }
    if ((signal as { aborted?: unknown } | undefined)?.aborted === true) return;
    const name = StringCtor(type);
    const listeners = mapGet(this.#listeners, name) ?? list<Listener>();
    mapSet(this.#listeners, name, listeners);
    if (indexOf(listeners, callback, BooleanFrom(capture)) !== -1) return;
    push(listeners, { callback, capture: BooleanFrom(capture), once: BooleanFrom(once), removed: false });
    if (isTarget(signal)) {
      signal.addEventListener('abort', () => { this.removeEventListener(name, callback, options); }, { once: true }); // prettier-ignore
    }
  }

  removeEventListener(type: unknown, callback: unknown, options: unknown = undefined): void {
    const listeners = mapGet(this.#listeners, StringCtor(type));
    if (listeners === undefined) return;
    const index = indexOf(listeners, callback, BooleanFrom(optionsOf(options).capture));
    if (index === -1) return;
    at(listeners, index).removed = true;
    splice(listeners, index, 1);
  }

  /** @returns false when a listener has prevented what would follow */
  dispatchEvent(event: unknown): boolean {
    if (typeof event !== 'object' || event === null || !isEvent(event)) {
      throw wrongArgument('event', 'an instance of Event');
    }
    const dispatch = dispatchOf(event);
    if (dispatch.isDispatching()) throw new DOMException('The event is already being dispatched', 'InvalidStateError');
    dispatch.begin(this);
    const listeners = copy(mapGet(this.#listeners, event.type) ?? list<Listener>());
    for (let i = 0; i < listeners.length && !dispatch.isStopped(); i++) {
      const listener = at(listeners, i);
      if (listener.removed) continue;
      if (listener.once) this.removeEventListener(event.type, listener.callback, { capture: listener.capture });
      call(this, listener.callback, event);
    }
    dispatch.end();
    return !event.defaultPrevented;
  }
}
finishWebClass(EventTarget, 'EventTarget');

function call(target: EventTarget, callback: unknown, event: Event): void {
  try {
    if (typeof callback === 'function') apply(callback as () => unknown, target, [event]);
    else {
      const { handleEvent } = callback as { handleEvent?: unknown };
      if (typeof handleEvent === 'function') apply(handleEvent as () => unknown, callback, [event]);
    }
  } catch (error) {
    reportUncaught(error);
  }
}

/** Not in the class itself: the bundle would rename a class that names itself, which stack traces show. */
function isTarget(value: unknown): value is EventTarget {
  return value instanceof EventTarget;
}

function optionsOf(options: unknown): ListenerOptions {
  if (typeof options === 'boolean') return { capture: options };
  return typeof options === 'object' && options !== null ? options : {};
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || (typeof signal === 'object' && signal !== null && 'aborted' in signal)) return;
  throw typeError('ERR_INVALID_ARG_TYPE', 'The "options.signal" property must be an instance of AbortSignal.');
}

function indexOf(listeners: List<Listener>, callback: unknown, capture: boolean): number {
  for (let i = 0; i < listeners.length; i++) {
    const listener = at(listeners, i);
    if (listener.callback === callback && listener.capture === capture) return i;
  }
  return -1;
}
