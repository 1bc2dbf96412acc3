import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { waitUntil } from '../helpers/wait-until.ts';
import { frame, REFUSED_FRAMES } from './raw-frames.ts';
import { REFUSED_REQUESTS } from './raw-requests.ts';
import { RefusingDaemon } from './refusing-daemon.ts';

/** Of a kind, at once. */
const CONNECTIONS = 50;
const MIB = 1024 * 1024;
const ROUNDS = 3;
/** Code is compiled and caches are full after so many rounds. */
const WARM_ROUNDS = 2;
/** Of what hundreds of megabytes leave behind, so much may lie between what is in use. */
const FLAT_MIB = 24;
/** What the daemon opens for itself meanwhile: a spare host, a backup of the log. */
const OWN_HANDLES = 4;

describe('a daemon that refuses', function () {
  this.timeout(240_000);
  let target: RefusingDaemon;
  before(async function () {
    // Memory and handles are read from /proc.
    if (process.platform !== 'linux') this.skip();
    target = await RefusingDaemon.start();
  });
  after(() => target.stop());

  for (const request of REFUSED_REQUESTS) it(`refuses ${request.what} by HTTP with ${request.code}`, () => target.refuses(request)); // prettier-ignore

  for (const frames of REFUSED_FRAMES) it(`refuses ${frames.what} on its socket`, () => target.refusesFrames(frames)); // prettier-ignore

  it('reads what looks like a second request as the body that it is', async () => {
    const socket = await target.toPort();
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const hidden = 'GET /api/v1/templates HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const head = `GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${hidden.length}`;
    socket.write(`${head}\r\n\r\n${hidden}`);
    await once(socket, 'close');
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200']);
  });

  it('ends a client that sends a header of 100 MB after its first bytes', async () => {
    const socket = await target.toSocket();
    const megabyte = Buffer.alloc(MIB, 'x');
    let sent = 0;
    socket.resume();
    const ended = once(socket, 'end');
    const over = new AbortController();
    void ended.then(() => {
      over.abort();
    });
    for (; sent < 100 && !over.signal.aborted; sent++) {
      if (!socket.write(megabyte)) await Promise.race([once(socket, 'drain'), once(socket, 'close'), ended]);
    }
    await ended;
    socket.destroy();
    await target.answersOthers();
  });

  it('stays as it was, in memory and in handles, whatever it is sent and by however many', async () => {
    const handles = target.handles();
    const round = async (): Promise<void> => {
      const held = await hold(target);
      await Promise.all(REFUSED_REQUESTS.map((request) => target.refuses(request)));
      await Promise.all(REFUSED_FRAMES.map((frames) => target.refusesFrames(frames)));
      await target.answersOthers();
      for (const socket of held) socket.destroy();
      await waitUntil(() => target.handles() <= handles + OWN_HANDLES, 'all handles to be closed', 20_000);
    };
    for (let count = 0; count < WARM_ROUNDS; count++) await round();
    const before = await target.memoryAtRest();
    for (let count = 0; count < ROUNDS; count++) await round();
    await waitUntil(() => target.memory() < before + FLAT_MIB, `no more than ${before + FLAT_MIB} MiB`, 20_000);
  });
});

/** Connections that say nothing, or stop in the middle, or ask without listening. */
async function hold(target: RefusingDaemon): Promise<Socket[]> {
  const held: Socket[] = [];
  const open = async (connect: () => Promise<Socket>, bytes: string, count = CONNECTIONS): Promise<void> => {
    const sockets = await Promise.all(Array.from({ length: count }, connect));
    for (const socket of sockets) {
      if (bytes !== '') socket.write(bytes);
    }
    held.push(...sockets);
  };
  const toPort = (): Promise<Socket> => target.toPort();
  const toSocket = (): Promise<Socket> => target.toSocket();
  const head = 'POST /api/v1/templates HTTP/1.1\r\nHost: 127.0.0.1\r\n';
  await open(toPort, '');
  await open(toPort, `${head}X: `);
  await open(toPort, `${head}Content-Type: application/json\r\nContent-Length: ${MIB}\r\n\r\n{"name":"`);
  await open(toPort, 'GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(200), 10);
  await open(toSocket, '');
  await open(toSocket, 'Content-Length: ');
  await open(toSocket, `Content-Length: ${MIB}\r\n\r\n${'x'.repeat(MIB / 4)}`, 20);
  const hello = frame({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { capabilities: {} } });
  const asks = Array.from({ length: 1_500 }, (_, id) =>
    frame({ jsonrpc: '2.0', id: id + 1, method: 'vm/runtime/info' }),
  );
  await open(toSocket, hello + asks.join(''), 10);
  return held;
}
