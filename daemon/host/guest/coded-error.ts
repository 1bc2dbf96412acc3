import { defineProperty, deleteProperty, RangeErrorCtor, TypeErrorCtor } from './primordials.ts';

type Coded = Error & { code?: string };

/** A TypeError with a code, as Node throws them: the stack says `TypeError [CODE]: message`. */
export function typeError(code: string, message: string): Error {
  return withCode(new TypeErrorCtor(message), code);
}

export function rangeError(code: string, message: string): Error {
  return withCode(new RangeErrorCtor(message), code);
}

/** What Node says of an argument of the wrong type. */
export function wrongArgument(name: string, expected: string): Error {
  return typeError('ERR_INVALID_ARG_TYPE', `The "${name}" argument must be ${expected}.`);
}

function withCode(error: Coded, code: string): Error {
  const { name } = error;
  const property = { __proto__: null, value: `${name} [${code}]`, configurable: true } as PropertyDescriptor;
  defineProperty(error, 'name', property);
  // Reading the stack makes it, with the name that it has now.
  read(error.stack);
  deleteProperty(error, 'name');
  const value = { __proto__: null, value: code, writable: true, enumerable: true, configurable: true };
  defineProperty(error, 'code', value as PropertyDescriptor);
  return error;
}

/** Only to have it read. */
export function read(_value: unknown): void {
  // Nothing to do with it.
}
