import assert from 'node:assert/strict';
import { openServer, type TestServer } from './test-server.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('X-Request-Id', () => {
  let test: TestServer;
  before(async () => {
    test = await openServer();
  });
  after(() => test.close());

  async function idOf(path: string, headers: Record<string, string> = {}): Promise<string> {
    return String((await test.api.call('GET', path, undefined, headers)).headers['x-request-id']);
  }

  it('is made for every answer, whatever its status', async () => {
    const paths = ['health', 'templates', 'templates/none', 'nowhere', 'templates/%zz', `templates/${'a'.repeat(999)}`];
    const ids = await Promise.all(paths.map((path) => idOf(path)));
    for (const id of ids) assert.match(id, UUID);
    assert.equal(new Set(ids).size, paths.length);
  });

  it("is the client's own when that is sane", async () => {
    for (const id of ['abc', 'A-1_b.c', 'x'.repeat(128)])
      assert.equal(await idOf('health', { 'x-request-id': id }), id);
    for (const id of ['', 'a b', 'é', '<x>', 'a,b', 'x'.repeat(129)]) {
      assert.match(await idOf('health', { 'x-request-id': id }), UUID);
    }
  });

  it('leads to what the log has about a fault, of which the answer says nothing', async () => {
    test.services.templates.list = () => {
      throw new Error('the secret reason');
    };
    const { message } = await test.api.refused('INTERNAL', 'GET', 'templates', undefined, {
      'x-request-id': 'fault-1',
    });
    assert.doesNotMatch(message, /secret/);
    const line = test.log.find((each) => each['request_id'] === 'fault-1' && each['level'] === 50);
    assert.match(JSON.stringify(line), /the secret reason/);
  });
});
