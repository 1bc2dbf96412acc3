import assert from 'node:assert/strict';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

type Operation = { responses: Record<string, { description?: string; content?: Record<string, { schema: TSchema }> }> };
export type OpenApi = { openapi: string; paths: Record<string, Record<string, Operation>> };

/** Holds every answer of a test against the schema that /openapi.json has for it: nothing missing, nothing more. */
export class Contract {
  readonly #document: OpenApi;
  readonly #validators = new Map<TSchema, ReturnType<typeof Compile>>();

  constructor(document: OpenApi) {
    this.#document = document;
  }

  check(method: string, url: string, status: number, body: unknown): void {
    const operation = this.#operation(method, url);
    if (operation === undefined) return;
    const schema = operation.responses[status]?.content?.['application/json']?.schema;
    assert.ok(schema, `${method} ${url} may not answer ${status}: ${JSON.stringify(body)}`);
    const errors = this.#validator(schema).Errors(body);
    assert.deepEqual(errors, [], `${method} ${url} ${status}: ${JSON.stringify(body)}`);
    if (status < 400) return;
    const { code } = (body as { error: { code: string } }).error;
    const { description = '' } = operation.responses[status] ?? {};
    assert.match(description, new RegExp(`^${code}: `, 'm'), `${method} ${url} may not answer ${code}`);
  }

  #operation(method: string, url: string): Operation | undefined {
    const path = url.split('?', 1)[0] ?? '';
    // It cannot be decoded, and is the path of nothing.
    if (/%(?![\da-f]{2})/i.test(path)) return undefined;
    const found = Object.entries(this.#document.paths)
      .filter(([template]) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
      // `/executions/repl` before `/executions/{execution_id}`.
      .sort(([a], [b]) => a.split('{').length - b.split('{').length);
    return found.find(([, operations]) => method.toLowerCase() in operations)?.[1][method.toLowerCase()];
  }

  #validator(schema: TSchema): ReturnType<typeof Compile> {
    const known = this.#validators.get(schema) ?? Compile(closed(schema) as TSchema);
    this.#validators.set(schema, known);
    return known;
  }
}

/** The schema with every object that lists its fields closed to others. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema ? { additionalProperties: false, ...inner } : inner;
}
