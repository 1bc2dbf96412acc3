import { Compile, type Validator } from 'typebox/compile';
import { VmError } from '../../../shared/errors/vm-error.ts';
import { InitializationOptions } from '../../../shared/protocol/daemon.protocol.ts';
import { REQUESTS, type RequestMethod, type RequestParams } from '../../../shared/protocol/methods.ts';
import { explain } from '../../../shared/validation/explain.ts';

/** The limits that REST has for bodies. */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const MAX_DEPTH = 200;

/** Made at their first use: a daemon starts faster without compiling what nobody asks. */
const validators = new Map<RequestMethod, Validator>();

export function isRequestMethod(method: string): method is RequestMethod {
  return Object.hasOwn(REQUESTS, method);
}

/** Parameters that are what the method wants. Throws VALIDATION_ERROR, INVALID_REQUEST. */
export function checkParams<M extends RequestMethod>(method: M, params: unknown): RequestParams<M> {
  const given = params ?? {};
  refuseOddJson(given);
  const validator = validators.get(method) ?? Compile(REQUESTS[method].params);
  validators.set(method, validator);
  if (!validator.Check(given)) throw explain(validator.Errors(given), given);
  return given as RequestParams<M>;
}

/** As REST: deeper JSON is no honest input, and such a key is an attempt on somebody's prototype. */
function refuseOddJson(value: unknown, levels = MAX_DEPTH): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new VmError('INVALID_REQUEST', `The parameters are nested deeper than ${MAX_DEPTH} levels.`);
  if (Object.hasOwn(value, '__proto__')) {
    throw new VmError('INVALID_REQUEST', 'The parameters have a key "__proto__", which is refused.');
  }
  for (const each of Object.values(value)) refuseOddJson(each, levels - 1);
}

/** What a client says about itself at `initialize`. Fields that we do not know are left to others. Throws VALIDATION_ERROR. */
export function checkInitializationOptions(given: unknown): InitializationOptions {
  const options = given ?? {};
  if (typeof options !== 'object') {
    throw new VmError('VALIDATION_ERROR', 'initializationOptions must be an object.', {
      field: 'initializationOptions',
    });
  }
  const validator = Compile(InitializationOptions);
  if (!validator.Check(options)) throw explain(validator.Errors(options), options);
  return options;
}
