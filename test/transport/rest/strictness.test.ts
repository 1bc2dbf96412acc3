import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Template } from '../../../shared/model/template.ts';
import { shorten } from './api-client.ts';
import { openServer, type TestServer } from './test-server.ts';

const ID = '01890f3a-0000-7000-8000-000000000000';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('bad input', () => {
  let test: TestServer;
  let template: Template;
  before(async () => {
    test = await openServer();
    template = await test.api.ok('POST', 'templates', { name: 'strict' });
  });
  after(() => test.close());

  /** Path, body, the field that is named, and what is said about it. */
  const invalid: [string, unknown, string, RegExp][] = [
    ['POST templates', {}, 'name', /^name is required/],
    ['POST templates', { name: 1 }, 'name', /must be a string/],
    ['POST templates', { name: null }, 'name', /must be a string/],
    ['POST templates', { name: '' }, 'name', /at least 1 character/],
    ['POST templates', { name: '  ' }, 'name', /white space/],
    ['POST templates', { name: 'x'.repeat(201) }, 'name', /at most 200 characters/],
    ['POST templates', { name: 'x', engine: 8 }, 'engine', /must be a string/],
    ['POST templates', [], 'body', /must be an object/],
    ['POST templates', 3, 'body', /must be an object/],
    ['PATCH templates/:id', {}, 'body', /something in it/],
    ['PATCH templates/:id', { is_active: 'true' }, 'is_active', /true or false/],
    ['PATCH templates/:id/settings', {}, 'body', /something in it/],
    [
      'PATCH templates/:id/settings',
      { retention: { max_age_days: 0 } },
      'retention.max_age_days',
      /at least 1 or null/,
    ],
    [
      'PATCH templates/:id/settings',
      { retention: { max_age_days: 'x' } },
      'retention.max_age_days',
      /an integer or null/,
    ],
    ['PATCH templates/:id/settings', { limits: { cpu_ms: '100' } }, 'limits.cpu_ms', /an integer/],
    ['PATCH templates/:id/settings', { limits: { cpu_ms: 0.5 } }, 'limits.cpu_ms', /an integer/],
    ['PATCH templates/:id/settings', { limits: { cpu_ms: 0 } }, 'limits.cpu_ms', /at least 1/],
    ['PATCH templates/:id/settings', { limits: { mem_mb: 1e9 } }, 'limits.mem_mb', /at most/],
    ['PATCH templates/:id/settings', { limits: null }, 'limits', /an object/],
    ['PATCH templates/:id/settings', { resolver: { roots: [1] } }, 'resolver.roots.0', /a string/],
    ['PATCH templates/:id/settings', { resolver: { extensions: ['js'] } }, 'resolver.extensions.0', /matches/],
    ['PATCH templates/:id/settings', { runtime: { isolation: 'none' } }, 'runtime.isolation', /process, shared/],
    ['POST templates/:id/capabilities', { name: 'x' }, 'kind', /required/],
    ['POST templates/:id/capabilities', { kind: 'root', name: 'x' }, 'kind', /module, global, fs, net, env/],
    ['POST templates/:id/capabilities', { kind: 'fs', name: 'x', config: [] }, 'config', /an object/],
    ['POST templates/:id/startup-files', { path: 'a.js', order_index: '1' }, 'order_index', /an integer/],
    ['POST templates/:id/startup-files', { path: 'a.js', order_index: 1e12 }, 'order_index', /at most/],
    ['POST templates/:id/startup-files', { path: 'a.js', mode: 'later' }, 'mode', /eval, import/],
    ['POST templates/:id/modules', {}, 'name', /required/],
    ['POST sessions', { template_id: ID, workspace_id: 'w', base_commit_oid: 'c' }, 'worktree_path', /required/],
    [
      'POST sessions',
      { template_id: 'x', workspace_id: 'w', base_commit_oid: 'c', worktree_path: '/' },
      'template_id',
      /a UUID/,
    ],
    ['POST executions/repl', { session_id: 'x', input: '' }, 'session_id', /a UUID/],
    ['POST executions/repl', { session_id: ID, input: 1 }, 'input', /a string/],
    ['POST executions/run-file', { session_id: ID, path: '' }, 'path', /at least 1/],
    ['POST executions/run-file', { session_id: ID, path: 'a', args: 'b' }, 'args', /an array or an object/],
    ['POST executions/run-file', { session_id: ID, path: 'a', env: { A: 1 } }, 'env.A', /a string/],
    ['GET templates/x', undefined, 'template_id', /a UUID/],
    ['GET templates/..%2f..%2fetc', undefined, 'template_id', /a UUID/],
    ['GET templates/%00', undefined, 'template_id', /a UUID/],
    [`GET templates/${ID}0`, undefined, 'template_id', /a UUID/],
    ['DELETE templates/:id/capabilities/7', undefined, 'capability_id', /a UUID/],
    ['GET sessions/x', undefined, 'session_id', /a UUID/],
    ['POST sessions/x/close', undefined, 'session_id', /a UUID/],
    ['GET executions/x', undefined, 'execution_id', /a UUID/],
    ['GET sessions?status=dead', undefined, 'status', /starting, ready, crashed, closed/],
    ['GET executions', undefined, 'session_id', /required/],
    ['GET executions?session_id=', undefined, 'session_id', /a UUID/],
    [`GET executions?session_id=${ID}&session_id=${ID}`, undefined, 'session_id', /a string/],
    ...['0', '1001', '-1'].map((limit) => limitRow(limit, /at (least 1|most 1000)/)),
    ...['', 'ten', '1.5', '1e2', '0x10', '%20', '1&limit=2'].map((limit) => limitRow(limit, /an integer/)),
    [`GET executions/${ID}/events?after_seq=-1`, undefined, 'after_seq', /at least 0/],
    [`GET executions/${ID}/events?after_seq=x`, undefined, 'after_seq', /an integer/],
    [`GET executions/${ID}/events?after_seq=1${'0'.repeat(30)}`, undefined, 'after_seq', /at most/],
  ];
  for (const [route, body, field, says] of invalid) {
    it(`${route} ${shorten(body)}: VALIDATION_ERROR of ${field}`, async () => {
      const [method = '', path = ''] = route.replace(':id', template.id).split(' ');
      const error = await test.api.refused('VALIDATION_ERROR', method, path, body);
      assert.equal(error.details['field'], field);
      assert.match(error.message, says);
      assert.equal(typeof error.details['expected'], 'string');
    });
  }

  const unknown: [string, unknown, string][] = [
    ['POST templates', { name: 'x', colour: 1 }, 'colour'],
    ['POST templates', { colour: 1 }, 'colour'],
    ['PATCH templates/:id', { id: ID }, 'id'],
    ['PATCH templates/:id/settings', { limit: {} }, 'limit'],
    ['PATCH templates/:id/settings', { limits: { gpu_ms: 1 } }, 'limits.gpu_ms'],
    ['PATCH templates/:id/settings', { vm_id: ID }, 'vm_id'],
    ['POST sessions', { template: ID }, 'template'],
    ['POST executions/repl', { session_id: ID, input: '1', code: '1' }, 'code'],
    ['POST executions/run-file', { session_id: ID, path: 'a', 'a/b~c': 1 }, 'a/b~c'],
    ['POST templates', { name: 'x', constructor: 1 }, 'constructor'],
    ['POST templates', { name: 'x', toString: 1 }, 'toString'],
  ];
  for (const [route, body, field] of unknown) {
    it(`${route} ${JSON.stringify(body)}: INVALID_REQUEST of ${field}`, async () => {
      const [method = '', path = ''] = route.replace(':id', template.id).split(' ');
      const error = await test.api.refused('INVALID_REQUEST', method, path, body);
      assert.equal(error.details['field'], field);
      assert.match(error.message, /There is no field/);
    });
  }

  it('names a field of absurd length only in part', async () => {
    const { message } = await test.api.refused('INVALID_REQUEST', 'POST', 'templates', { ['x'.repeat(1e6)]: 1 });
    assert.ok(message.length < 200, message);
  });

  const unreadable: [string, string, RegExp][] = [
    ['no JSON', '{"name":', /not valid JSON/],
    ['two values', '{"name":"a"} {}', /not valid JSON/],
    ['nothing', '', /needs a body/],
    ['null', 'null', /needs a body/],
    ['__proto__', '{"name":"a","__proto__":{"is_active":false}}', /__proto__/],
    ['__proto__, escaped', '{"name":"a","__\\u0070roto__":{}}', /__proto__/],
    ['constructor.prototype', '{"name":"a","constructor":{"prototype":{}}}', /constructor\.prototype/],
    ['deep nesting', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, /nested deeper/],
    ['open nesting', '['.repeat(1_000_000), /not valid JSON/],
  ];
  for (const [what, payload, says] of unreadable) {
    it(`refuses a body with ${what}`, async () => {
      const { message } = await test.api.refused('INVALID_REQUEST', 'POST', 'templates', payload, JSON_TYPE);
      assert.match(message, says);
    });
  }

  it('refuses bytes that are not UTF-8', async () => {
    const answer = await test.server.inject({
      method: 'POST',
      url: '/api/v1/templates',
      headers: { host: 'localhost', ...JSON_TYPE },
      payload: Buffer.from([...Buffer.from('{"name":"'), 0xff, ...Buffer.from('"}')]),
    });
    assert.equal(answer.statusCode, 400);
    assert.match(answer.body, /not UTF-8/);
  });

  it('takes JSON only, and says how to send it', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'nonsense',
    ]) {
      const headers = { 'content-type': type };
      const error = await test.api.refused('UNSUPPORTED_MEDIA_TYPE', 'POST', 'templates', '{"name":"a"}', headers);
      assert.match(error.message, /Content-Type: application\/json/);
    }
    const charset = { 'content-type': 'application/json; charset=utf-8' };
    assert.equal((await test.api.call('POST', 'templates', '{"name":"with charset"}', charset)).status, 201);
  });

  it('takes no compressed bodies, which could be larger than they look', async () => {
    const json = { 'content-type': 'application/json' };
    for (const encoding of ['gzip', 'GZIP', 'br', 'identity, gzip']) {
      const headers = { ...json, 'content-encoding': encoding };
      const error = await test.api.refused('UNSUPPORTED_MEDIA_TYPE', 'POST', 'templates', '{"name":"a"}', headers);
      assert.match(error.message, /compressed/);
    }
    const plain = { ...json, 'content-encoding': 'identity' };
    assert.equal((await test.api.call('POST', 'templates', '{"name":"as it is"}', plain)).status, 201);
  });

  it('takes 10 MiB and not a byte more', async () => {
    const body = (bytes: number): string => `{"name":"","x":"${'x'.repeat(bytes - 18)}"}`;
    const limit = 10 * 1024 * 1024;
    await test.api.refused('INVALID_REQUEST', 'POST', 'templates', body(limit), JSON_TYPE);
    await test.api.refused('PAYLOAD_TOO_LARGE', 'POST', 'templates', body(limit + 1), JSON_TYPE);
  });

  it('knows no other routes, and names the methods of those that it knows', async () => {
    for (const path of ['/', '/api', '/api/v1', '/api/v1/', '/api/v2/health', '/API/V1/health', '//api/v1/health']) {
      await test.api.refused('ROUTE_NOT_FOUND', 'GET', path);
    }
    const wrong = await test.api.refused('ROUTE_NOT_FOUND', 'PUT', `templates/${template.id}?x=1`);
    assert.deepEqual(wrong.details['allowed_methods'], ['DELETE', 'GET', 'HEAD', 'PATCH']);
    const repl = await test.api.refused('ROUTE_NOT_FOUND', 'DELETE', 'executions/repl');
    assert.ok((repl.details['allowed_methods'] as string[]).includes('POST'));
    await test.api.refused('INVALID_REQUEST', 'GET', 'templates/%zz');
  });

  it('ignores bodies where none is wanted, whatever they are called', async () => {
    const close = `sessions/${ID}/close`;
    for (const headers of [
      { 'content-type': 'application/x-www-form-urlencoded' },
      JSON_TYPE,
      { 'content-type': 'application/x-any' },
    ]) {
      for (const payload of ['{}', '', 'no JSON']) {
        await test.api.refused('SESSION_NOT_FOUND', 'POST', close, payload, headers);
      }
    }
    await test.api.refused('SESSION_NOT_FOUND', 'POST', close);
    await test.api.refused('TEMPLATE_NOT_FOUND', 'DELETE', `templates/${ID}`, '', JSON_TYPE);
    await test.api.refused('EXECUTION_NOT_FOUND', 'POST', `executions/${ID}/cancel`, '{}', {
      'content-type': 'text/plain',
    });
  });

  it('keeps odd but honest text as it is', async () => {
    for (const name of [
      'a\0b',
      'naïve 😀',
      '"quotes" \\ \n',
      '%s ${x} {{y}}',
      "'; DROP TABLE vm; --",
      '__proto__',
      'a\u2028b',
    ]) {
      const made = await test.api.ok<Template>('POST', 'templates', { name });
      assert.equal(made.name, name);
      assert.equal((await test.api.ok<{ template: Template }>('GET', `templates/${made.id}`)).template.name, name);
    }
  });

  it('never answers 5xx, whatever the body is', async function () {
    this.timeout(60_000);
    const routes = ['templates', `templates/${template.id}/capabilities`, 'sessions', 'executions/run-file'];
    const fields = [
      'name',
      'engine',
      'kind',
      'config',
      'session_id',
      'template_id',
      'path',
      'args',
      'env',
      'worktree_path',
    ];
    const body = fc.oneof(
      fc.json(),
      fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async (route, payload) => {
        const { status } = await test.api.call('POST', route, payload, JSON_TYPE);
        assert.ok(status < 500, `${route} ${payload}: ${status}`);
      }),
      { numRuns: 500 },
    );
  });

  it('never answers 5xx, whatever the path is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), async (path, query) => {
        const { status } = await test.api.call('GET', `/api/v1/templates${path}?${query}`);
        assert.ok(status < 500, `${path}?${query}: ${status}`);
      }),
      { numRuns: 300 },
    );
  });
});

function limitRow(limit: string, says: RegExp): [string, unknown, string, RegExp] {
  return [`GET executions?session_id=${ID}&limit=${limit}`, undefined, 'limit', says];
}
