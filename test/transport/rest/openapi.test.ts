import assert from 'node:assert/strict';
import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { openServer, type TestServer } from './test-server.ts';

type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  requestBody?: { content: Record<string, { schema: TSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: TSchema }> }>;
};
type Document = { openapi: string; info: { version: string }; paths: Record<string, Record<string, Operation>> };

/** Not part of the API: its own documentation, and what collectors of metrics read. */
const UNDOCUMENTED = /^\/(docs|openapi\.json|metrics)/;

describe('the OpenAPI document', () => {
  let test: TestServer;
  let document: Document;
  let operations: [string, Operation][];
  before(async () => {
    test = await openServer();
    document = await test.api.ok('GET', '/openapi.json');
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );
  });
  after(() => test.close());

  it('is of version 3.1 and names that of the daemon', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.equal(document.info.version, '1.2.3');
  });

  it('lists every route, and no other', () => {
    const routes = [...test.server.routeTable].flatMap(([url, methods]) =>
      UNDOCUMENTED.test(url) ? [] : methods.map((method) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`),
    );
    const listed = operations.map(([name]) => name).sort();
    assert.deepEqual(listed, routes.filter((route) => !route.startsWith('HEAD')).sort());
    assert.ok(listed.length > 30);
  });

  it('has for each a name of its own, a summary, tags, and what can go wrong', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    assert.equal(new Set(names).size, names.length);
    for (const [name, { operationId, summary, tags, responses }] of operations) {
      assert.match(operationId, /^[a-z][A-Za-z]+$/, name);
      assert.ok(summary.length > 5 && tags.length === 1, name);
      for (const status of ['403', '500', '503']) assert.ok(responses[status], `${name} ${status}`);
      assert.ok(
        Object.keys(responses).some((status) => status.startsWith('2')),
        name,
      );
      assert.equal(responses['401'] === undefined, name.endsWith('/health'), name);
      assert.equal(responses['400'] === undefined, !/[{]|\?|POST|PATCH|PUT|sessions$|executions$/.test(name), name);
    }
  });

  it('has schemas that compile', () => {
    for (const [name, { requestBody, responses }] of operations) {
      for (const { content = {} } of [requestBody ?? {}, ...Object.values(responses)]) {
        for (const { schema } of Object.values(content)) assert.ok(Compile(schema), name);
      }
    }
  });

  it('is shown by a page that loads nothing from elsewhere', async () => {
    const page = await test.api.call<string>('GET', '/docs');
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /^default-src 'self'/);
    assert.doesNotMatch(String(page.headers['content-security-policy']), /https?:|upgrade-insecure/);
    const parts = [...page.body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => url ?? '');
    assert.ok(parts.length >= 5);
    for (const url of [...parts, '/docs/json']) {
      assert.match(url, /^\/docs\//);
      assert.equal((await test.api.call('GET', url)).status, 200, url);
    }
    const { body } = await test.api.call<string>('GET', '/docs/static/swagger-initializer.js');
    assert.match(body, /validatorUrl: null/);
  });
});
