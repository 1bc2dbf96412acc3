import { Type, type Static, type TSchema, type TUnsafe } from 'typebox';
import type { ErrorCode } from '../../../shared/errors/error-codes.ts';
import { Id } from '../../../shared/model/ids.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The errors that a route's service can throw, for its documentation; those of all routes are added to it. */
    errors?: readonly ErrorCode[];
  }
}

export const TemplateParams = Type.Object({ template_id: Id });
export const SessionParams = Type.Object({ session_id: Id });
export const ExecutionParams = Type.Object({ execution_id: Id });

/** What the removal of a thing answers, beside what was removed. */
export const removed = { status: Type.Literal('ok') };

/**
 * The schema of an answer. Parts of free form (any JSON, records, unions) are written as they are: the fast serialiser
 * would check unions at every answer, and drop the names of records that its pattern does not match.
 */
export function answer<T extends TSchema>(schema: T): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>(loosen(schema));
}

type JsonSchema = {
  description?: string;
  additionalProperties?: unknown;
  anyOf?: unknown;
  patternProperties?: unknown;
  enum?: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
};

function loosen(schema: JsonSchema): JsonSchema {
  const { anyOf, patternProperties, properties, items, ...rest } = schema;
  if (anyOf !== undefined) return { description: 'any JSON', ...rest };
  if (patternProperties !== undefined) return { additionalProperties: true, ...rest };
  return {
    ...rest,
    ...(rest.enum === undefined ? {} : { type: 'string' }),
    ...(items === undefined ? {} : { items: loosen(items) }),
    ...(properties === undefined ? {} : { properties: mapValues(properties, loosen) }),
  };
}

function mapValues<V, W>(record: Record<string, V>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
