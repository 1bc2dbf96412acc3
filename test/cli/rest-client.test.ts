import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { ApiError, NoDaemonError } from '../../daemon/cli/cli-errors.ts';
import { RestClient } from '../../daemon/cli/rest-client.ts';

describe('RestClient', () => {
  const open: { close: () => void }[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  async function serve(listener: RequestListener, token?: string): Promise<RestClient> {
    const server: Server = createServer(listener).listen(0, '127.0.0.1');
    open.push({
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new RestClient({ serverUrl: `http://127.0.0.1:${port}`, token });
  }

  const answer =
    (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) => {
      response.writeHead(status, headers).end(body);
    };

  it('sends JSON, the query and the token', async () => {
    const client = await serve((request, response) => {
      void request.toArray().then((chunks: Buffer[]) => {
        const body = Buffer.concat(chunks).toString();
        response.end(JSON.stringify([request.method, request.url, request.headers.authorization, body]));
      });
    }, 'secret');
    assert.deepEqual(await client.post('x', { a: 'ü' }, { wait: false, none: undefined }), [
      'POST',
      '/api/v1/x?wait=false',
      'Bearer secret',
      '{"a":"ü"}',
    ]);
  });

  it('keeps a path before /api/v1', async () => {
    const client = await serve((request, response) => response.end(JSON.stringify(request.url)));
    const behindProxy = new RestClient({ serverUrl: `${client.serverUrl}/vm`, token: undefined });
    assert.equal(await behindProxy.get('health'), '/vm/api/v1/health');
  });

  it('throws the envelope of a refusal, with status and request id', async () => {
    const error = { code: 'SESSION_BUSY', message: 'The session runs.', details: { session_id: '1' } };
    const client = await serve(answer(409, JSON.stringify({ error }), { 'x-request-id': 'r-1' }));
    await assert.rejects(client.get('sessions'), (thrown) => {
      assert.ok(thrown instanceof ApiError);
      assert.deepEqual(thrown.envelope, error);
      assert.deepEqual([thrown.code, thrown.status, thrown.requestId], ['SESSION_BUSY', 409, 'r-1']);
      return true;
    });
  });

  for (const [what, status, body] of [
    ['a page of another server', 404, '<html>'],
    ['JSON that is no envelope', 500, '{"error":"no"}'],
    ['null', 500, 'null'],
    ['success that is no JSON', 200, 'hello'],
  ] as const) {
    it(`says that no daemon answers for ${what}`, async () => {
      const client = await serve(answer(status, body));
      await assert.rejects(client.get('templates'), NoDaemonError);
    });
  }

  it('says that no daemon answers when nobody does', async () => {
    const client = new RestClient({ serverUrl: 'http://127.0.0.1:1', token: undefined });
    await assert.rejects(client.get('templates'), /no daemon answers at .*vm-system serve/);
  });

  it('says that the daemon went away when it leaves in the middle of an answer', async () => {
    const client = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setTimeout(() => response.destroy(), 20);
    });
    await assert.rejects(client.get('templates'), /went away/);
  });

  it('says that the daemon went away when a stream ends without its end', async () => {
    const client = await serve(answer(200, 'event: value\ndata: 1\n\n', { 'content-type': 'text/event-stream' }));
    const seen: unknown[] = [];
    await assert.rejects(async () => {
      for await (const event of client.stream('x')) seen.push(event);
    }, /went away/);
    assert.deepEqual(seen, [1]);
  });

  it('closes the connection of a stream that is left early', async () => {
    const closed = new Promise<void>((resolve) => {
      void serve((request, response) => {
        request.socket.once('close', resolve);
        response.write('event: value\ndata: 1\n\n');
      }).then(async (client) => {
        for await (const event of client.stream('x')) if (event === 1) break;
      });
    });
    await closed;
  });

  it('reaches no daemon where a server accepts and says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    open.push({
      close: () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await assert.rejects(
      new RestClient({ serverUrl: `http://127.0.0.1:${port}`, token: undefined }).reach(50),
      NoDaemonError,
    );
  });
});
