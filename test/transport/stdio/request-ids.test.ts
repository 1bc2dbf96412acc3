import assert from 'node:assert/strict';
import { ResponseError } from 'vscode-jsonrpc/node';
import { RpcFixture } from './rpc-fixture.ts';

describe('requests in the log', () => {
  let fixture: RpcFixture;
  beforeEach(async () => {
    fixture = await RpcFixture.open();
  });
  afterEach(() => fixture.close());

  it('bear client and number, and so does the answer to one that failed for our own fault', async () => {
    const session = await fixture.session();
    await fixture.client();
    const second = await fixture.client();
    fixture.services.sessions.get = () => {
      throw new TypeError('a mistake of ours');
    };
    await second.request('vm/session/list', {});
    const refusal = second.request('vm/session/get', { session_id: session.id });
    await assert.rejects(
      refusal,
      (error) => error instanceof ResponseError && error.message.endsWith('under the request 2-2.'),
    );
    const lines = fixture.log.filter(({ request_id }) => request_id === '2-2');
    assert.deepEqual(
      lines.map(({ msg, client, session_id, method }) => [msg, client, session_id, method]),
      [
        ['INTERNAL', 2, session.id, 'vm/session/get'],
        ['request', 2, session.id, 'vm/session/get'],
      ],
    );
    assert.match(JSON.stringify(lines[0]), /a mistake of ours/);
  });

  it('are as many or as few as was asked for last, for clients that were there before', async () => {
    const client = await fixture.client();
    const listed = async (): Promise<boolean> => {
      const before = fixture.log.length;
      await client.request('vm/template/list', {});
      return fixture.log.slice(before).some(({ method }) => method === 'vm/template/list');
    };
    assert.ok(await listed());
    assert.deepEqual(await client.request('vm/ops/setLogLevel', { level: 'info' }), { level: 'info' });
    assert.ok(!(await listed()));
    await client.request('vm/ops/setLogLevel', { level: 'debug' });
    assert.ok(await listed());
  });
});
