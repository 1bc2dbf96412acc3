import fc, { type Arbitrary } from 'fast-check';
import { hostileStrings, hostileValue } from './hostile-values.ts';
import { HINTS } from './hints.ts';
import { nearlyValid, validValue, type Schema } from './schema-values.ts';

type Parameter = { in: 'path' | 'query'; name: string; schema: Schema };

/** An operation of the OpenAPI document. */
export type Operation = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
};

export type Document = { paths: Record<string, Record<string, Operation>> };

type Body = { json: unknown } | { text: string } | { bytes: number[] };

export type RestCall = {
  transport: 'rest';
  operation: string;
  method: string;
  /** With the names of parameters in braces. */
  template: string;
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  body: Body | undefined;
};

/** These start a process, or delete what others are about to ask for: less often than all else. */
const SELDOM = new Set([
  'createSession',
  'restartSession',
  'closeSession',
  'deleteSession',
  'deleteTemplate',
  'gc',
  'backup',
]);

/** Where the most can go wrong. */
const OFTEN = new Set(['runRepl', 'runFile']);

/** Calls of every operation that the document has. */
export function restCalls({ paths }: Document): Arbitrary<RestCall> {
  const calls = Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      arbitrary: callOf(template, method.toUpperCase(), operation),
      weight: SELDOM.has(operation.operationId) ? 1 : OFTEN.has(operation.operationId) ? 20 : 4,
    })),
  );
  return fc.oneof(...calls);
}

function callOf(
  template: string,
  method: string,
  { operationId, parameters = [], requestBody }: Operation,
): Arbitrary<RestCall> {
  const schema = requestBody?.content['application/json']?.schema;
  return fc.record({
    transport: fc.constant('rest' as const),
    operation: fc.constant(operationId),
    method: fc.constant(method),
    template: fc.constant(template),
    path: parametersIn(parameters, 'path', true),
    query: parametersIn(parameters, 'query', false),
    headers: hostileHeaders,
    // A body where none is wanted is read and dropped.
    body: schema === undefined ? fc.option(textBody({}), { nil: undefined, freq: 20 }) : bodyOf(schema),
  });
}

function parametersIn(
  parameters: Parameter[],
  place: Parameter['in'],
  areRequired: boolean,
): Arbitrary<Record<string, unknown>> {
  const fields = parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, schema }): [string, Arbitrary<unknown>] => [
      name,
      fc.oneof({ arbitrary: validValue(schema, HINTS, name), weight: 8 }, { arbitrary: hostileStrings, weight: 1 }),
    ]);
  return fc.record(Object.fromEntries(fields), areRequired ? {} : { requiredKeys: [] });
}

function bodyOf(schema: Schema): Arbitrary<Body> {
  const json = (value: Arbitrary<unknown>): Arbitrary<{ json: unknown }> => value.map((each) => ({ json: each }));
  return fc.oneof(
    { arbitrary: json(validValue(schema, HINTS)), weight: 10 },
    { arbitrary: json(nearlyValid(schema, HINTS)), weight: 6 },
    { arbitrary: json(hostileValue), weight: 1 },
    { arbitrary: textBody(schema), weight: 1 },
  );
}

/** Text that is no JSON, or hardly. */
function textBody(schema: Schema): Arbitrary<{ text: string } | { bytes: number[] }> {
  const text = validValue(schema, HINTS).map((value) => JSON.stringify(value));
  return fc.oneof(
    fc.tuple(text, fc.nat(200)).map(([whole, length]) => ({ text: whole.slice(0, length) })),
    fc.tuple(text, fc.constantFrom('}', ',', '\0', '\ufeff', ' {}')).map(([whole, more]) => ({ text: whole + more })),
    hostileStrings.map((each) => ({ text: each })),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ bytes: [...bytes] })),
  );
}

const hostileHeaders: Arbitrary<Record<string, string>> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 30 },
  {
    arbitrary: fc.constantFrom<Record<string, string>>(
      { host: 'evil.example' },
      { host: '' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { authorization: 'Bearer wrong' },
      { authorization: '' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/json; charset=utf-7' },
      { 'content-type': '\u00ff' },
      { 'x-request-id': '\u00ff'.repeat(300) },
      { 'x-request-id': 'mine-1' },
      { 'last-event-id': '7' },
      { 'last-event-id': '-1' },
      { 'last-event-id': '01890f3a-0000-7000-8000-000000000000:1' },
      { 'last-event-id': 'x:y' },
      { expect: '100-continue' },
      { 'accept-encoding': 'gzip;q=9, \u00ff' },
      { 'transfer-encoding': 'gzip, chunked' },
      { 'content-encoding': 'gzip' },
      { range: 'bytes=5-1' },
      { accept: 'text/plain' },
      { 'x-http-method-override': 'DELETE' },
      { cookie: 'a=b; __proto__=1' },
    ),
    weight: 4,
  },
);
