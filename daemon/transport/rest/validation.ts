import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { explain } from '../../../shared/validation/explain.ts';

/** Makes the check of one part of the requests of a route. Bodies are taken as they are; query strings are text. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  // At the first request: all of them together cost 30 ms at start, and most are for routes that nobody asks then.
  let compiled: Validator | undefined;
  const fromQuery = httpPart === 'querystring' ? queryConverter(schema) : undefined;
  return (given: unknown) => {
    const validator = (compiled ??= Compile<TSchema, Validator>(schema));
    const value = fromQuery === undefined ? given : fromQuery(given);
    if (validator.Check(value)) return { value };
    return { error: explain(validator.Errors(value), value) };
  };
};

/** Numbers and booleans arrive as text. Parameters that the route does not know are left out. */
function queryConverter(schema: TSchema): (query: unknown) => Record<string, unknown> {
  const properties = 'properties' in schema ? (schema.properties as Record<string, { type?: string }>) : {};
  return (query) => {
    const given = query as Record<string, unknown>;
    const converted: Record<string, unknown> = {};
    for (const [name, { type }] of Object.entries(properties)) {
      if (given[name] !== undefined) converted[name] = convert(given[name], type);
    }
    return converted;
  };
}

/** What is not spelled as the type wants it stays text, and is refused as that. */
function convert(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'integer' && /^-?\d+$/.test(value)) return Number(value);
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}
