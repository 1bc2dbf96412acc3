import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readGreeting, writeGreeting } from '../../daemon/ownership/greeting.ts';

type Greeting = { hello: string };

const isGreeting = (value: unknown): value is Greeting => typeof (value as Greeting).hello === 'string';

describe('a greeting', () => {
  let server: Server;
  let near: Socket;
  let far: Socket;
  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
  });
  afterEach(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  const read = (ms: number): Promise<Greeting | undefined> => readGreeting(far, isGreeting, ms);

  it('is one line; what follows stays in the socket', async () => {
    const greeting = read(5_000);
    near.write('{"hello":"you"}\nand more');
    assert.deepEqual(await greeting, { hello: 'you' });
    const [rest] = (await once(far.resume(), 'data')) as [Buffer];
    assert.equal(rest.toString(), 'and more');
  });

  it('is none when it does not come in time', async () => {
    assert.equal(await read(20), undefined);
  });

  for (const [what, bytes] of Object.entries({
    'something else': '{"bye":1}\n',
    'no JSON': 'hello\n',
    'a line without end': 'x'.repeat(100_000),
  })) {
    it(`is none when it is ${what}`, async () => {
      near.write(bytes);
      assert.equal(await read(5_000), undefined);
    });
  }

  it('is none when the other side leaves', async () => {
    near.end('{"hello"');
    assert.equal(await read(5_000), undefined);
  });

  it('that has come counts, also when the reader got no processor until its time was over', async () => {
    const greeting = read(50);
    writeGreeting(near, { hello: 'you' });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    assert.deepEqual(await greeting, { hello: 'you' });
  });
});
