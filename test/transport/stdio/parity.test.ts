import assert from 'node:assert/strict';
import pino from 'pino';
import { buildRestServer } from '../../../daemon/transport/rest/rest-server.ts';
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/error-codes.ts';
import { REQUESTS, type RequestMethod } from '../../../shared/protocol/methods.ts';
import { ResponseError } from 'vscode-jsonrpc/node';
import { CASES, type Case } from './parity-cases.ts';
import { RpcFixture } from './rpc-fixture.ts';

/** What a call came to, the same for both transports. */
type Outcome = { result: unknown } | { error: { code: string; message: string; details: unknown } };

const methods = Object.keys(REQUESTS) as RequestMethod[];

describe('JSON-RPC and REST', () => {
  let fixture: RpcFixture;
  let rest: ReturnType<typeof buildRestServer>;
  before(async () => {
    fixture = await RpcFixture.open();
    const logger = pino({ level: 'silent' });
    const auth = { mode: 'none', token: 'x' } as const;
    rest = buildRestServer(fixture.services, { auth, allowedHosts: [], version: '1.2.3', logger });
    await rest.ready();
  });
  after(async () => {
    await rest.close();
    await fixture.close();
  });

  it('have the same operations', async () => {
    const { body } = await rest.inject({ url: '/openapi.json', headers: { host: '127.0.0.1' } });
    const { paths } = JSON.parse(body) as { paths: Record<string, Record<string, unknown>> };
    const operations = Object.entries(paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, verbs]) =>
        Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path.slice('/api/v1'.length)}`),
      );
    const requested = methods.flatMap((method) => REQUESTS[method].rest);
    assert.deepEqual(requested.toSorted(), operations.toSorted());
  });

  it('are compared in every operation', () => {
    const compared = new Set(CASES.map(({ method }) => method));
    const withRest = methods.filter((method) => REQUESTS[method].rest.length > 0 && !method.endsWith('/follow'));
    assert.deepEqual(
      withRest.filter((method) => !compared.has(method)),
      [],
    );
  });

  for (const each of CASES) {
    for (const operation of REQUESTS[each.method].rest) {
      it(`give the same for ${each.method} and ${operation}: ${each.what}`, async () => {
        const byRpc = normalise(await callRpc(fixture, each));
        const byRest = normalise(await callRest(rest, operation, await each.params(fixture)));
        assert.deepEqual(byRpc, byRest);
        assert.equal('error' in byRpc ? byRpc.error.code : 'ok', each.gives);
      });
    }
  }
});

async function callRpc(fixture: RpcFixture, { method, params }: Case): Promise<Outcome> {
  const client = await fixture.client({ changes: [] });
  const given = await params(fixture);
  try {
    return { result: await client.connection.sendRequest(method, given) };
  } catch (error) {
    assert.ok(error instanceof ResponseError);
    const { code, details } = error.data as { code: ErrorCode; details: unknown };
    assert.equal(error.code, ERROR_CODES[code].rpc);
    return { error: { code, message: error.message, details } };
  } finally {
    client.connection.end();
  }
}

async function callRest(
  rest: ReturnType<typeof buildRestServer>,
  operation: string,
  params: Record<string, unknown>,
): Promise<Outcome> {
  const [verb = '', template = ''] = operation.split(' ');
  const left = new Map(Object.entries(params));
  const take = (name: string): string => {
    const value = left.get(name);
    left.delete(name);
    return encodeURIComponent(String(value));
  };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => take(name));
  const inQuery = [...left.keys()].filter((name) => verb === 'GET' || name === 'wait');
  const query = inQuery.map((name) => `${name}=${take(name)}`).join('&');
  const answer = await rest.inject({
    method: verb as 'GET',
    url: `/api/v1${path}${query === '' ? '' : `?${query}`}`,
    headers: { host: '127.0.0.1' },
    ...(left.size === 0 && verb !== 'PATCH' ? {} : { payload: Object.fromEntries(left) }),
  });
  const body = JSON.parse(answer.body) as { error?: { code: ErrorCode; message: string; details: unknown } };
  if (answer.statusCode < 300) return { result: body };
  assert.ok(body.error);
  assert.equal(answer.statusCode, ERROR_CODES[body.error.code].http);
  return { error: body.error };
}

/** Ids, times and measures differ between two calls that are the same in all else. */
function normalise(outcome: Outcome): Outcome {
  const text = JSON.stringify(outcome)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"(name|message)":"([^"]*)\btemplate \d+/g, '"$1":"$2template N');
  return JSON.parse(text) as Outcome;
}
