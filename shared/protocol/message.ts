import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox';

/** A request of the client, answered by the daemon with a result or an error of the error table. */
export type RequestDefinition<P extends TObject = TObject, R extends TSchema = TSchema> = {
  /** The REST operations that do the same, as `METHOD /path/{id}` below /api/v1; path ids are parameters here. */
  readonly rest: readonly string[];
  /** Fields of the body, of the query string and of the path in one object. Unknown fields are refused. */
  readonly params: P;
  readonly result: R;
};

/** A notification of the daemon: pushed, never answered. */
export type NotificationDefinition<P extends TObject = TObject> = { readonly params: P };

export function request<P extends TObject, R extends TSchema>(
  rest: readonly string[],
  params: P,
  result: R,
): RequestDefinition<P, R> {
  return { rest, params, result };
}

export function notification<P extends TProperties>(properties: P): NotificationDefinition<TObject<P>> {
  return { params: Type.Object(properties) };
}

const strict = { additionalProperties: false } as const;

export const NoParams = Type.Object({}, strict);

/** Parameters with only these fields. */
export function params<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, strict);
}

/** The ids of a path together with the fields of a body; what the body's schema asks for still holds. */
export function idsAndBody<I extends TProperties, B extends TProperties>(ids: I, body: TObject<B>): TObject<I & B> {
  const { minProperties } = body as { minProperties?: number };
  const least = minProperties === undefined ? {} : { minProperties: minProperties + Object.keys(ids).length };
  return Type.Object({ ...ids, ...body.properties }, { ...strict, ...least });
}

/** Methods of a table of requests or notifications, and what each of them carries. */
export type ParamsOf<T, M extends keyof T> = T[M] extends { readonly params: infer P extends TSchema }
  ? Static<P>
  : never;
export type ResultOf<T, M extends keyof T> = T[M] extends { readonly result: infer R extends TSchema }
  ? Static<R>
  : never;
