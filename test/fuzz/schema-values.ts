import fc, { type Arbitrary } from 'fast-check';
import { hostileStrings, hostileValue } from './hostile-values.ts';

/** What of JSON Schema the requests of the daemon use. */
export type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  minItems?: number;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
};

/** Better values for some fields than their schema alone gives, by the name of the field. */
export type Hints = Readonly<Record<string, Arbitrary<unknown>>>;

/** Values that fit a schema. */
export function validValue(schema: Schema, hints: Hints, field = ''): Arbitrary<unknown> {
  const hint = hints[field];
  if (hint !== undefined) return hint;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => validValue(each, hints, field)));
  switch (schema.type) {
    case 'object':
      return validObject(schema, hints);
    case 'array':
      return fc.array(validValue(schema.items ?? {}, hints), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case 'string':
      return validString(schema);
    case 'integer':
    case 'number': {
      const { minimum: min = -1e9, maximum: max = 1e9 } = schema;
      return fc.oneof(fc.integer({ min, max: Math.min(max, min + 100) }), fc.constantFrom(min, max));
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case undefined:
      return fc.jsonValue({ maxDepth: 3 });
    default:
      throw new Error(`the schema has the type ${schema.type}, for which the fuzzer makes no values`);
  }
}

function validObject({ properties, required = [], patternProperties }: Schema, hints: Hints): Arbitrary<unknown> {
  if (properties === undefined) {
    const [value = {}] = Object.values(patternProperties ?? {});
    return fc.dictionary(fc.string({ maxLength: 8 }), validValue(value, hints), { maxKeys: 3 });
  }
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, validValue(schema, hints, name)]),
  );
  return fc.record(fields, { requiredKeys: required });
}

function validString({ format, pattern, minLength = 0, maxLength = 64 }: Schema): Arbitrary<unknown> {
  if (format === 'uuid') return fc.uuid();
  const text = fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 64) });
  if (pattern === undefined) return fc.oneof(text, fc.constant('a'.repeat(Math.min(maxLength, 5_000))));
  const fits = new RegExp(pattern);
  return fc.oneof(
    fc.constantFrom('.js', '.a.b', 'x').filter((each) => fits.test(each)),
    fc.stringMatching(fits),
  );
}

/** Values that fit a schema but for one thing: a field is missing, unknown, of another type or out of its range. */
export function nearlyValid(schema: Schema, hints: Hints): Arbitrary<unknown> {
  if (schema.type !== 'object' || schema.properties === undefined) return hostileValue;
  const entries = Object.entries(schema.properties);
  const base = validObject(schema, hints).map((value) => value as Record<string, unknown>);
  const unknown = fc.tuple(base, hostileStrings, hostileValue).map(([value, key, odd]) => withField(value, key, odd));
  if (entries.length === 0) return unknown;
  const field = fc.constantFrom(...entries);
  const dropped = fc.tuple(base, field).map(([value, [name]]) => {
    const { [name]: _, ...rest } = value;
    return rest;
  });
  const replaced = field.chain(([name, inner]) =>
    fc.tuple(base, fc.oneof(hostileValue, outOfRange(inner))).map(([value, odd]) => withField(value, name, odd)),
  );
  const deeper = entries.filter(([, inner]) => inner.properties !== undefined);
  const inside = deeper.map(([name, inner]) =>
    fc.tuple(base, nearlyValid(inner, hints)).map(([value, odd]) => withField(value, name, odd)),
  );
  return fc.oneof(unknown, dropped, { arbitrary: replaced, weight: 3 }, ...inside);
}

/** As an own field, also when it is called `__proto__`. */
function withField(value: Record<string, unknown>, key: string, field: unknown): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(value), [key, field]]);
}

/** Just beside what the schema allows, where it says what that is. */
function outOfRange({ minimum, maximum, minLength, maxLength, type }: Schema): Arbitrary<unknown> {
  const values: unknown[] = [null];
  if (minimum !== undefined) values.push(minimum - 1, minimum + 0.5);
  if (maximum !== undefined) values.push(maximum + 1, maximum * 1e6);
  if (minLength !== undefined) values.push('');
  if (maxLength !== undefined && maxLength <= 10_000) values.push('x'.repeat(maxLength + 1), '😀'.repeat(maxLength));
  if (type === 'boolean') values.push('true', 1);
  if (type === 'integer') values.push(1.5, '1', Number.MAX_SAFE_INTEGER, -0);
  return fc.constantFrom(...values);
}
