import { callHostNow, callHostSoon, takeReply } from './host-link.ts';
import {
  defineProperty,
  ErrorCtor,
  hasOwn,
  jsonParse,
  jsonStringify,
  MapCtor,
  mapDelete,
  mapGet,
  mapSet,
  mapSize,
  NumberCtor,
  objectKeys,
  PromiseCtor,
  RangeErrorCtor,
  stringIndexOf,
  stringSlice,
  TypeErrorCtor,
} from './primordials.ts';

type Waiting = { resolve: (value: unknown) => void; reject: (reason: unknown) => void };
type Result = { value?: unknown; error?: Record<string, unknown> };

let waiting = new MapCtor<number, Waiting>();
let lastTicket = 0;

/**
 * Has the daemon do something for a host module, and waits for it. Guest code may get hold of this: the other side
 * decides what is allowed, and only JSON text goes there and comes back. Getters and `toJSON` run here, before.
 */
export function callHost(module: string, name: string, args: unknown): unknown {
  return valueOf(callHostNow(module, name, textOf(args)));
}

/** As `callHost`, and the guest goes on meanwhile. */
export function beginCall(module: string, name: string, args: unknown): Promise<unknown> {
  return new PromiseCtor((resolve, reject) => {
    const text = textOf(args);
    const ticket = ++lastTicket;
    callHostSoon(ticket, module, name, text);
    mapSet(waiting, ticket, { resolve, reject });
  });
}

/** How many calls wait for their replies. */
export function waitingCalls(): number {
  return mapSize(waiting);
}

/** Nobody will hear of those that are under way. */
export function forgetCalls(): void {
  waiting = new MapCtor<number, Waiting>();
}

/**
 * Settles a promise whose reply has come.
 * @returns whether there was any reply
 */
export function settleNext(): boolean {
  const reply = takeReply();
  if (reply === undefined) return false;
  const end = stringIndexOf(reply, ' ');
  const ticket = NumberCtor(stringSlice(reply, 0, end));
  const call = mapGet(waiting, ticket);
  mapDelete(waiting, ticket);
  const text = stringSlice(reply, end + 1);
  // Cancelled: it stays open for ever.
  if (call === undefined || text === '') return true;
  try {
    call.resolve(valueOf(text));
  } catch (error) {
    call.reject(error);
  }
  return true;
}

function textOf(args: unknown): string {
  return jsonStringify(args);
}

function valueOf(text: string): unknown {
  const result = jsonParse(text) as Result;
  if (hasOwn(result, 'error') && result.error !== undefined) throw errorOf(result.error);
  return hasOwn(result, 'value') ? result.value : undefined;
}

function errorOf(given: Record<string, unknown>): Error {
  const { name, message } = given;
  const Ctor = name === 'TypeError' ? TypeErrorCtor : name === 'RangeError' ? RangeErrorCtor : ErrorCtor;
  const error = new Ctor(message as string);
  const keys = objectKeys(given);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (key === 'name' || key === 'message' || key === 'stack') continue;
    const property = { __proto__: null, value: given[key], writable: true, enumerable: true, configurable: true };
    defineProperty(error, key, property as PropertyDescriptor);
  }
  return error;
}
