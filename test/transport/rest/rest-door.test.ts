import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { RestDoor } from '../../../daemon/transport/rest/rest-door.ts';
import type { RestServer } from '../../../daemon/transport/rest/rest-instance.ts';
import { buildRestServer } from '../../../daemon/transport/rest/rest-server.ts';
import { openServer, type TestServer } from './test-server.ts';

describe('the door of the REST API', () => {
  let test: TestServer;
  let door: RestDoor;
  let built: RestServer[];
  beforeEach(async () => {
    test = await openServer();
    built = [];
    door = new RestDoor((attach) => {
      const options = { auth: { mode: 'none', token: '' }, allowedHosts: [], version: '1.2.3' } as const;
      const api = buildRestServer(test.services, { ...options, logger: test.server.log }, attach);
      built.push(api);
      return Promise.resolve(api);
    });
    await door.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    await door.close();
    await test.close();
  });

  const url = (): string => `http://127.0.0.1:${portOf(door)}/api/v1/health`;

  it('builds the API once, however many ask first, and answers all of them', async () => {
    assert.equal(built.length, 0, 'nobody has asked yet');
    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(url())));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    assert.equal((await fetch(url())).status, 200);
    assert.equal(built.length, 1);
  });

  it('answers what is no HTTP as the API does, before there is one and after', async () => {
    const before = await exchange(door, 'hello\r\n\r\n');
    assert.equal(built.length, 0);
    await fetch(url());
    const after = await exchange(door, 'hello\r\n\r\n');
    assert.match(before, /^HTTP\/1\.1 400 .*The request is not valid HTTP/s);
    assert.equal(withoutIds(before), withoutIds(after));
  });

  it('answers a body that arrives while the API is being built', async () => {
    const body = JSON.stringify({ name: 'default' });
    const headers = ['POST /api/v1/templates HTTP/1.1', 'Host: 127.0.0.1', 'Connection: close'];
    const more = ['Content-Type: application/json', `Content-Length: ${body.length}`, '', ''];
    assert.match(await exchange(door, [...headers, ...more].join('\r\n') + body), /^HTTP\/1\.1 201 /);
  });

  it('closes when nobody ever asked, though somebody is connected', async () => {
    const socket = await open(door);
    const ended = once(socket.resume(), 'close');
    await door.close();
    await ended;
    assert.equal(built.length, 0);
  });

  it('closes right after the first request, which gets an answer', async () => {
    const answer = exchange(door, 'GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    await once(door.server, 'request');
    await door.close();
    assert.match(await answer, /^HTTP\/1\.1 (200|503) /);
  });

  it('says 500 when there is no API to be had, and tries again', async () => {
    let tries = 0;
    const broken = new RestDoor(() => {
      tries += 1;
      return Promise.reject(new Error('a file is missing'));
    });
    await broken.listen({ host: '127.0.0.1', port: 0 });
    for (const time of [1, 2]) {
      assert.equal((await fetch(`http://127.0.0.1:${portOf(broken)}/`)).status, 500);
      assert.equal(tries, time);
    }
    await broken.close();
  });

  it('listens on both addresses that localhost stands for', async () => {
    const local = new RestDoor(() => Promise.reject(new Error('not needed')));
    await local.listen({ host: 'localhost', port: 0 });
    const addresses = await lookup('localhost', { all: true });
    for (const { address } of addresses) (await open(local, address)).destroy();
    await local.close();
  });
});

function portOf(door: RestDoor): number {
  return (door.server.address() as AddressInfo).port;
}

async function open(door: RestDoor, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(portOf(door), host);
  await once(socket, 'connect');
  return socket;
}

/** Everything that the server sends until it ends the connection. */
async function exchange(door: RestDoor, sent: string): Promise<string> {
  const socket = await open(door);
  const answer = text(socket);
  socket.write(sent);
  return answer;
}

function withoutIds(answer: string): string {
  return answer.replaceAll(/X-Request-Id: .*/g, '');
}
