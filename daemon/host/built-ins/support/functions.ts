import { argumentError, tools } from './tools.ts';

type Callback = (...args: unknown[]) => unknown;
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

function requireFunction(name: string, value: unknown): asserts value is AnyFunction {
  if (typeof value !== 'function') throw argumentError(name, 'of type function', value);
}

const custom = Symbol.for('nodejs.util.promisify.custom');

type Timer = (callback: (value: unknown) => void, ...rest: unknown[]) => unknown;
const { setImmediate, setTimeout } = globalThis as { setImmediate?: Timer; setTimeout?: Timer };

/** Their callback is the first argument, and is given no error. A template may have taken them away. */
function promisedTimer(original: unknown): AnyFunction | undefined {
  if (original === undefined) return undefined;
  if (original === setTimeout) return (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
  return original === setImmediate ? (value) => new Promise((resolve) => setImmediate(resolve, value)) : undefined;
}

/** A function that gives a promise for what the callback of another one gets. */
function promisifyFunction(original: unknown): unknown {
  requireFunction('original', original);
  const own = (original as { [custom]?: unknown })[custom] ?? promisedTimer(original);
  if (own !== undefined) {
    requireFunction('util.promisify.custom', own);
    return Object.defineProperty(own, custom, { value: own, configurable: true });
  }
  const promised = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const callback = (error: unknown, value: unknown): void => {
        if (isFalsy(error)) resolve(value);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the function gave
        else reject(error);
      };
      Promise.resolve(Reflect.apply(original, this, [...args, callback])).catch(reject);
    });
  };
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original) as object);
  Object.defineProperty(promised, custom, { value: promised, configurable: true });
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
}

export const promisify = Object.assign(promisifyFunction, { custom });

/** The opposite of `promisify`. */
export function callbackify(original: unknown): AnyFunction {
  requireFunction('original', original);
  return function (this: unknown, ...args: unknown[]): void {
    const callback = args.pop();
    requireFunction('last argument', callback);
    const call = (...values: unknown[]): void => {
      // Not in the promise's reaction: what the callback throws must not become a rejection of it.
      queueMicrotask(() => Reflect.apply(callback, this, values));
    };
    (Reflect.apply(original, this, args) as Promise<unknown>).then(
      (value) => {
        call(null, value);
      },
      (reason: unknown) => {
        call(isFalsy(reason) ? falsyRejection(reason) : reason);
      },
    );
  };
}

function isFalsy(value: unknown): boolean {
  return !value;
}

function falsyRejection(reason: unknown): Error {
  const error = new Error('Promise was rejected with falsy value');
  return Object.assign(error, { code: 'ERR_FALSY_VALUE_REJECTION', reason });
}

const warned = new Set<unknown>();

/** Warns at the first call; with a code, at the first call of all functions with that code. */
export function deprecate(original: Callback, message: string, code?: string): Callback {
  let isWarned = false;
  const deprecated = function (this: unknown, ...args: unknown[]): unknown {
    if (!isWarned && (code === undefined || !warned.has(code))) {
      (tools.process as { emitWarning: (text: string) => void }).emitWarning(
        `DeprecationWarning: ${code === undefined ? '' : `[${code}] `}${message}`,
      );
    }
    isWarned = true;
    if (code !== undefined) warned.add(code);
    const isNew = (new.target as unknown) !== undefined;
    return isNew ? (Reflect.construct(original, args, new.target) as unknown) : Reflect.apply(original, this, args);
  };
  Object.setPrototypeOf(deprecated, original);
  if ('prototype' in original) deprecated.prototype = original.prototype as object;
  return deprecated;
}

/** Prints to the console's stderr when the variable NODE_DEBUG names the section. */
export function debuglog(section: string): Callback & { enabled: boolean } {
  const { env } = tools.process as { env: Record<string, string | undefined> };
  const wanted = (env['NODE_DEBUG'] ?? '').toUpperCase().split(',');
  const enabled = wanted.some((name) => name === '*' || name === section.toUpperCase());
  const log = (...values: unknown[]): void => {
    if (enabled) console.error(`${section.toUpperCase()}: ${tools.formatArguments(values)}`);
  };
  return Object.assign(log, { enabled });
}

export function inherits(constructor: unknown, parent: unknown): void {
  requireFunction('ctor', constructor);
  requireFunction('superCtor', parent);
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype as object);
}
