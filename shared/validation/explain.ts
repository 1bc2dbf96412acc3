import type { TLocalizedValidationError } from 'typebox/error';
import { VmError } from '../errors/vm-error.ts';

/** Names in messages are the caller's; longer ones are cut. */
const MAX_NAME_CHARS = 100;

/** The first thing that is wrong, by the name of its field. Fields that do not exist come before all else. */
export function explain(errors: readonly TLocalizedValidationError[], value: unknown): VmError {
  if (value === null || value === undefined) {
    return new VmError('INVALID_REQUEST', 'The request needs a body: send a JSON object.', { field: 'body' });
  }
  for (const error of errors) {
    if (error.keyword === 'additionalProperties') return unknownField(error.instancePath, error.params);
  }
  // A union reports each of its branches before itself; only the whole is worth telling.
  const union = errors.find(({ keyword }) => keyword === 'anyOf');
  const first = errors[0];
  const told = union !== undefined && first?.instancePath.startsWith(union.instancePath) === true ? union : first;
  if (told === undefined) return new VmError('VALIDATION_ERROR', 'The request is not valid.');
  if (told.keyword === 'required') {
    const field = fieldName(told.instancePath, told.params.requiredProperties[0]);
    return new VmError('VALIDATION_ERROR', `${field} is required.`, { field, expected: 'a value' });
  }
  const field = fieldName(told.instancePath);
  const expected = told === union ? unionOf(errors, told.instancePath) : expectation(told);
  return new VmError('VALIDATION_ERROR', `${field} must be ${expected}.`, { field, expected });
}

function unknownField(path: string, { additionalProperties }: { additionalProperties: string[] }): VmError {
  const field = fieldName(path, additionalProperties[0]);
  return new VmError('INVALID_REQUEST', `There is no field ${field}.`, { field });
}

/** `/limits/cpu_ms` as `limits.cpu_ms`; the body itself as `body`. */
function fieldName(path: string, last?: string): string {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = (last === undefined ? parts : [...parts, last]).join('.');
  if (name === '') return 'body';
  return name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS)}…` : name;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
};

function expectation(error: TLocalizedValidationError): string {
  switch (error.keyword) {
    case 'type':
      return [error.params.type].flat().map(typeName).join(' or ');
    case 'enum':
      return `one of ${error.params.allowedValues.join(', ')}`;
    case 'const':
      return String(error.params.allowedValue);
    case 'format':
      return error.params.format === 'uuid' ? 'a UUID' : `a ${error.params.format}`;
    case 'pattern':
      return error.params.pattern === '\\S'
        ? 'more than white space'
        : `text that matches ${String(error.params.pattern)}`;
    case 'minimum':
      return `at least ${error.params.limit}`;
    case 'maximum':
      return `at most ${error.params.limit}`;
    case 'minLength':
      return `text of at least ${error.params.limit} characters`;
    case 'maxLength':
      return `text of at most ${error.params.limit} characters`;
    case 'minItems':
      return `a list of at least ${error.params.limit}`;
    case 'minProperties':
      return 'an object with something in it';
    default:
      return `valid: ${error.message}`;
  }
}

function typeName(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

const OF_THE_VALUE: ReadonlySet<string> = new Set(['type', 'minimum', 'maximum']);

/** What the branches of a union say of the value itself; one that has the right type may still want another value. */
function unionOf(errors: readonly TLocalizedValidationError[], path: string): string {
  const branches = errors.filter(({ keyword, instancePath }) => OF_THE_VALUE.has(keyword) && instancePath === path);
  const types = branches.map(expectation);
  return types.length === 0 ? 'of another type' : types.join(' or ');
}
