import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { inTurn } from '../../../daemon/transport/rest/pipelining.ts';
import type { Session } from '../../../shared/model/session.ts';
import { openServer, type TestServer } from './test-server.ts';

const HOST = 'Host: 127.0.0.1\r\n';
const LAST = `${HOST}Connection: close\r\n`;

describe('connections', () => {
  let test: TestServer;
  let port: number;
  beforeEach(async () => {
    test = await openServer();
    await test.server.listen({ host: '127.0.0.1', port: 0 });
    port = (test.server.server.address() as AddressInfo).port;
  });
  afterEach(() => test.close());

  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  /** Everything that the server sends until it ends the connection. */
  async function exchange(...parts: string[]): Promise<string> {
    const socket = await open();
    const answer = text(socket);
    for (const part of parts) {
      socket.write(part);
      await new Promise(setImmediate);
    }
    return answer;
  }

  const malformed: [string, string, RegExp][] = [
    ['no HTTP', 'hello\r\n\r\n', /not valid HTTP/],
    ['TLS', '\x16\x03\x01\x02\x00', /not valid HTTP/],
    ['too large headers', `GET / HTTP/1.1\r\n${HOST}x: ${'a'.repeat(20_000)}\r\n\r\n`, /larger than 16 KiB/],
    [
      'a broken chunk',
      `POST /api/v1/templates HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      /not valid HTTP/,
    ],
    [
      'two lengths',
      `POST /api/v1/templates HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /not valid HTTP/,
    ],
    [
      'two Hosts',
      `GET /api/v1/health HTTP/1.1\r\n${HOST}hOST: evil.example\r\nConnection: close\r\n\r\n`,
      /two Host headers/,
    ],
    ['a request for a proxy', `GET http://127.0.0.1/api/v1/health HTTP/1.1\r\n${LAST}\r\n`, /no proxy/],
    ['a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`, /no proxy/],
    ['no Host', 'GET /api/v1/health HTTP/1.1\r\nConnection: close\r\n\r\n', /no Host header/],
  ];
  for (const [what, request, says] of malformed) {
    it(`answers ${what} with the envelope and an id`, async () => {
      const answer = await exchange(request);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.match(answer, /\r\nx-request-id: [0-9a-f-]{36}\r\n/i);
      assert.match(answer, /"code":"INVALID_REQUEST"/);
      assert.match(answer, says);
    });
  }

  it('refuses an empty Host', async () => {
    assert.match(
      await exchange('GET /api/v1/health HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'),
      /ORIGIN_NOT_ALLOWED/,
    );
  });

  it('refuses a body that is too large before it has arrived', async () => {
    const head = `POST /api/v1/templates HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n`;
    assert.match(await exchange(head, '{'), /^HTTP\/1\.1 413 .*PAYLOAD_TOO_LARGE/s);
  });

  it('answers requests that arrive together, each in its turn', async () => {
    const answer = await exchange(`GET /api/v1/health HTTP/1.1\r\n${HOST}\r\nGET /nowhere HTTP/1.1\r\n${LAST}\r\n`);
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 404']);
  });

  it('begins with a request when those ahead of it on the connection are answered', async () => {
    const { socket, answer, finish } = await slowRequest();
    const begun: string[] = [];
    test.services.templates.list = () => {
      begun.push('templates');
      return [];
    };
    socket.write(`GET /api/v1/templates HTTP/1.1\r\n${HOST}\r\nGET /nowhere HTTP/1.1\r\n${LAST}\r\n`);
    const other = await exchange(`GET /api/v1/health HTTP/1.1\r\n${LAST}\r\n`);
    assert.match(other, /^HTTP\/1\.1 200 /);
    assert.deepEqual(begun, []);
    finish();
    assert.deepEqual((await answer).match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404']);
    assert.deepEqual(begun, ['templates']);
  });

  it('does not begin with a request whose connection ends before its turn comes', async () => {
    const { socket, finish } = await slowRequest();
    let begun = 0;
    test.services.templates.list = () => {
      begun++;
      return [];
    };
    const closed = once(socket, 'close');
    await new Promise((sent) => socket.write(`GET /api/v1/templates HTTP/1.1\r\n${HOST}\r\n`, sent));
    await exchange(`GET /api/v1/health HTTP/1.1\r\n${LAST}\r\n`);
    socket.destroy();
    await closed;
    finish();
    // Nor is it waited for.
    const started = performance.now();
    await test.close();
    assert.ok(performance.now() - started < 2_000);
    assert.equal(begun, 0);
  });

  it('puts together a request that arrives in pieces, even within a character', async () => {
    const body = Buffer.from('{"name":"naïve 😀"}');
    const head = `POST /api/v1/templates HTTP/1.1\r\n${LAST}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = await open();
    const answer = text(socket);
    for (const byte of Buffer.concat([Buffer.from(head), body])) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    assert.match(await answer, /^HTTP\/1\.1 201 .*"name":"naïve 😀"/s);
  });

  it('reads an unknown Expect as if it were not there', async () => {
    assert.match(
      await exchange(`GET /api/v1/health HTTP/1.1\r\n${LAST}Expect: the-unexpected\r\n\r\n`),
      /^HTTP\/1\.1 200 /,
    );
  });

  /** A request that is being answered until `finish` is called. */
  async function slowRequest(): Promise<{ socket: Socket; answer: Promise<string>; finish: () => void }> {
    const called = Promise.withResolvers<undefined>();
    const result = Promise.withResolvers<Session>();
    test.services.sessions.close = () => {
      called.resolve(undefined);
      return result.promise;
    };
    const socket = await open();
    const answer = text(socket);
    socket.write(`POST /api/v1/sessions/01890f3a-0000-7000-8000-000000000000/close HTTP/1.1\r\n${HOST}\r\n`);
    await called.promise;
    const finish = (): void => {
      result.resolve({ status: 'closed' } as Session);
    };
    return { socket, answer, finish };
  }

  it('gives an answer in flight no other for it when garbage follows', async () => {
    const { socket, answer, finish } = await slowRequest();
    socket.write('garbage\r\n\r\n');
    assert.equal(await answer, '');
    finish();
  });

  it('limits how long a request may take to arrive', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout } = test.server.server;
    assert.deepEqual(
      { headersTimeout, requestTimeout, keepAliveTimeout },
      { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000 },
    );
  });

  it('ends requests that arrive too slowly, of headers or of a body, with a reason', async () => {
    const { server } = test.server;
    server.headersTimeout = 200;
    server.requestTimeout = 400;
    const post = `POST /api/v1/templates HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n`;
    const slow = ['GET /api/v1/health HTTP/1.1\r\nX: ', post].map(async (start) => {
      const socket = await open();
      const answer = text(socket);
      socket.write(start);
      const trickle = setInterval(() => socket.write(' '), 50);
      return answer.finally(() => {
        clearInterval(trickle);
      });
    });
    for (const answer of await Promise.all(slow)) {
      assert.match(answer, /^HTTP\/1\.1 400 .*"code":"INVALID_REQUEST".*did not arrive in time/s);
    }
  });

  it('does not count the time that a request waits for its turn, and its body with it', async () => {
    const { server } = test.server;
    server.headersTimeout = 200;
    server.requestTimeout = 400;
    const { socket, answer, finish } = await slowRequest();
    // More than Node takes in before somebody reads it.
    const body = JSON.stringify({ name: 'n'.repeat(4_000_000) });
    const head = `POST /api/v1/templates HTTP/1.1\r\n${LAST}Content-Type: application/json\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    // Node looks every two seconds.
    const cut = once(socket, 'close').then(() => 'cut');
    assert.equal(await Promise.race([cut, new Promise((resolve) => setTimeout(resolve, 3_000, 'whole'))]), 'whole');
    finish();
    assert.match(await answer, /^HTTP\/1\.1 200 .*HTTP\/1\.1 400 .*"VALIDATION_ERROR"/s);
  });

  it('ends what does not arrive when its turn has come', async () => {
    const server = createServer((request, response) => {
      const begin = (): void => { if (request.url === '/first') setImmediate(() => response.end('first')); }; // prettier-ignore
      inTurn({ request, response }, begin, 100);
    }).listen(0);
    const socket = connect((server.address() as AddressInfo).port);
    const answer = text(socket);
    socket.write(`GET /first HTTP/1.1\r\n${HOST}\r\nPOST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nhalf`);
    assert.match(await answer, /^HTTP\/1\.1 200 .*first$/s);
    server.close();
  });

  it('closes without waiting for connections that say nothing, after the answers in flight', async () => {
    const [silent, half] = await Promise.all([open(), open()]);
    // A socket that nobody reads never learns of its end.
    const gone = [silent, half].map((socket) => once(socket.resume(), 'close'));
    half.write('GET /api/v1/health HT');
    const { socket, answer, finish } = await slowRequest();
    const started = performance.now();
    const closed = test.server.close();
    // The requests behind it are refused.
    socket.write(`GET /api/v1/templates HTTP/1.1\r\n${HOST}\r\n`);
    await waitFor(() => test.log.some(({ msg }) => msg === 'SHUTTING_DOWN'));
    finish();
    assert.match(await answer, /^HTTP\/1\.1 200 .*"status":"closed".*HTTP\/1\.1 503 .*"SHUTTING_DOWN"/s);
    await Promise.all([closed, ...gone]);
    assert.ok(performance.now() - started < 2_000);
  });
});

async function waitFor(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, 'did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
