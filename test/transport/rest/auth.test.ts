import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { itWithOtherUser, OTHER_UID } from '../../helpers/other-user.ts';
import type { AuthMode } from '../../../daemon/transport/rest/rest-server.ts';
import { openServer, type TestServer } from './test-server.ts';

describe('authentication', () => {
  let test: TestServer;
  afterEach(() => test.close());

  async function open(mode: AuthMode): Promise<number> {
    test = await openServer({ auth: { mode, token: 'the-token' } });
    await test.server.listen({ host: '127.0.0.1', port: 0 });
    return (test.server.server.address() as AddressInfo).port;
  }

  it('asks every route for the token, but health and the documentation', async () => {
    await open('token');
    for (const path of ['templates', 'metadata/errors', 'runtime/summary', '/metrics', 'sessions']) {
      const { message } = await test.api.refused('UNAUTHORIZED', 'GET', path);
      assert.match(message, /vm-system token/);
    }
    for (const path of ['health', '/openapi.json', '/docs']) {
      assert.equal((await test.api.call('GET', path)).status, 200, path);
    }
  });

  it('takes the token, and nothing that is like it', async () => {
    await open('token');
    for (const authorization of ['Bearer the-token', 'bearer the-token', 'Bearer  the-token ']) {
      assert.equal((await test.api.call('GET', 'templates', undefined, { authorization })).status, 200);
    }
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      'the-token',
      'Basic the-token',
      'Bearer the-toke',
      'Bearer the-token2',
      'Bearer a the-token',
    ];
    for (const authorization of wrong) {
      await test.api.refused('UNAUTHORIZED', 'GET', 'templates', undefined, { authorization });
    }
    const { headers } = await test.api.call('GET', 'templates');
    assert.match(String(headers['www-authenticate']), /^Bearer/);
  });

  it('auto: lets our own processes in without a token, but not with a wrong one', async function () {
    if (process.platform !== 'linux') this.skip();
    const port = await open('auto');
    const get = (headers = {}): Promise<number | undefined> => statusOf(port, headers);
    assert.deepEqual([await get(), await get(), await get()], [200, 200, 200]);
    assert.equal(await get({ authorization: 'Bearer wrong' }), 401);
    assert.equal(await get({ authorization: 'Bearer the-token' }), 200);
  });

  itWithOtherUser('auto: wants the token from a process of another user', async () => {
    const port = await open('auto');
    assert.equal(await statusAsOther(port, ''), '401');
    assert.equal(await statusAsOther(port, 'Bearer the-token'), '200');
    assert.equal(await statusAsOther(port, 'Bearer wrong'), '401');
  });

  it('auto: wants the token when nobody can tell whose connection it is', async () => {
    await open('auto');
    // An injected request has no connection.
    await test.api.refused('UNAUTHORIZED', 'GET', 'templates');
  });

  it('none: asks nobody', async () => {
    await open('none');
    assert.equal((await test.api.call('GET', 'templates', undefined, { authorization: 'Bearer wrong' })).status, 200);
  });
});

function statusOf(port: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/v1/templates', headers }, (answer) => {
      void json(answer).then(() => {
        resolve(answer.statusCode);
      }, reject);
    })
      .on('error', reject)
      .end();
  });
}

/** The same request from a process that runs as another user. */
async function statusAsOther(port: number, authorization: string): Promise<string> {
  // It becomes the other user after its start: that one may not be allowed to execute our Node.
  const script = `
    process.setgid(${OTHER_UID});
    process.setuid(${OTHER_UID});
    const [port, authorization] = process.argv.slice(1);
    fetch('http://127.0.0.1:' + port + '/api/v1/templates', { headers: authorization ? { authorization } : {} })
      .then((answer) => process.stdout.write(String(answer.status)));`;
  const child = spawn(process.execPath, ['-e', script, String(port), authorization], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}
