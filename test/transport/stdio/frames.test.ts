import assert from 'node:assert/strict';
import { once } from 'node:events';
import fc from 'fast-check';
import { MAX_BODY_BYTES } from '../../../daemon/transport/stdio/frame-parser.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { RpcFixture } from './rpc-fixture.ts';
import type { RpcClient } from './rpc-client.ts';

const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { processId: null, capabilities: {} } };

function frame(message: unknown): string {
  const json = typeof message === 'string' ? message : JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

describe('frames', () => {
  let fixture: RpcFixture;
  let bystander: RpcClient;
  before(async () => {
    fixture = await RpcFixture.open();
    bystander = await fixture.client();
  });
  after(() => fixture.close());

  const bad: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['no number as length', 'Content-Length: ten\r\n\r\n{}', /not a positive number/],
    ['a negative length', 'Content-Length: -5\r\n\r\n{}', /not a positive number/],
    ['a hexadecimal length', 'Content-Length: 0x10\r\n\r\n{}', /not a positive number/],
    ['a length of nothing', 'Content-Length: 0\r\n\r\n', /not a positive number/],
    ['a length of 100 MB', 'Content-Length: 100000000\r\n\r\n', new RegExp(`above ${MAX_BODY_BYTES}`)],
    ['a length that no number holds', `Content-Length: ${'9'.repeat(40)}\r\n\r\n`, /not a positive number/],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}', /two Content-Lengths/],
    ['no length', 'Content-Type: application/json\r\n\r\n{}', /no Content-Length/],
    ['a foreign field', 'Content-Length: 2\r\nHost: 127.0.0.1\r\n\r\n{}', /the field Host/],
    ['another charset', 'Content-Length: 2\r\nContent-Type: a/b; charset=utf-16\r\n\r\n{}', /charset utf-16/],
    ['another protocol', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', /not "Name: value"/],
    ['a header that never ends', 'A'.repeat(2_000), /more than 1024 bytes/],
    ['a body that is not UTF-8', Buffer.from([...Buffer.from('Content-Length: 3\r\n\r\n"'), 0xff, 0x22]), /not UTF-8/],
    ['a body that is not JSON', frame('{"jsonrpc":'), /not JSON/],
    ['no JSON-RPC', frame({ id: 1, method: 'initialize' }), /not a JSON-RPC 2.0 object/],
    ['a batch', frame([hello]), /batches/],
    ['neither request nor response', frame({ jsonrpc: '2.0', id: 1 }), /neither/],
    ['an id of another kind', frame({ ...hello, id: { a: 1 } }), /neither/],
    ['an id of a megabyte', frame({ ...hello, id: 'x'.repeat(1e6) }), /id of a message is longer than 1024/],
    ['an id beyond safe integers', frame({ ...hello, id: 2 ** 53 }), /neither/],
    ['a method of a megabyte', frame({ ...hello, method: 'x'.repeat(1e6) }), /method of a message is longer than 1024/],
    ['a method of another kind', frame({ ...hello, method: 7 }), /neither/],
    ['positional parameters', frame({ ...hello, params: [1, 2] }), /neither/],
    ['a cancellation of nothing', frame({ jsonrpc: '2.0', method: '$/cancelRequest' }), /neither/],
  ];
  for (const [what, bytes, why] of bad) {
    it(`end a client that sends ${what}, with a reason, and nobody else`, async () => {
      const { stream, ended } = fixture.connect();
      const answer = collect(stream);
      stream.write(bytes);
      const end = await ended;
      assert.equal(end.exit_code, 1);
      assert.match(end.reason, why);
      await once(stream, 'end');
      assert.match(answer(), /"id":null,"error":\{"code":-32700/);
      assert.ok(fixture.log.some(({ level, msg }) => level === 40 && msg === end.reason));
      assert.deepEqual(await bystander.request('vm/session/list', {}), []);
    });
  }

  it('end a client with a header of 100 MB after its first bytes', async () => {
    const { stream, ended } = fixture.connect();
    stream.on('error', () => undefined);
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    const over = new AbortController();
    void ended.then(() => {
      over.abort();
    });
    while (!over.signal.aborted && sent < 100) {
      sent += 1;
      if (!stream.write(megabyte)) await Promise.race([once(stream, 'drain'), ended]);
    }
    assert.match((await ended).reason, /more than 1024 bytes/);
    assert.ok(sent <= 3, `took ${sent} MiB`);
  });

  it('end a client whose request has the id of another that is open; when that is answered, the id is free', async () => {
    const { stream, ended } = fixture.connect();
    const answer = collect(stream);
    const health = frame({ jsonrpc: '2.0', id: 1, method: 'vm/runtime/health' });
    stream.write(frame(hello));
    for (let answers = 1; answers <= 20; answers++) {
      await waitUntil(() => answer().match(/"id":1,"result"/g)?.length === answers, `answer ${answers}`);
      stream.write(health);
    }
    await waitUntil(() => answer().match(/"id":1,"result"/g)?.length === 21, 'the last answer');
    const text = frame({ jsonrpc: '2.0', id: '1', method: 'vm/runtime/health' });
    stream.write(health + text);
    await waitUntil(() => answer().includes('"id":"1","result"'), 'the text is another id than the number');
    stream.write(health + health);
    assert.match((await ended).reason, /the id of another that is not answered/);
  });

  it('end a client that leaves in the middle of a message', async () => {
    const { stream, ended } = fixture.connect();
    stream.end('Content-Length: 100\r\n\r\n{"jsonrpc"');
    assert.match((await ended).reason, /middle of a message/);
  });

  it('may arrive in any pieces', async () => {
    const messages = [hello, ...[2, 3, 4].map((id) => ({ jsonrpc: '2.0', id, method: 'vm/runtime/health', ä: '🙂' }))];
    const bytes = Buffer.from(messages.map(frame).join(''));
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const { stream } = fixture.connect();
        const answer = collect(stream);
        const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.length];
        for (const [index, end] of sorted.slice(1).entries()) stream.write(bytes.subarray(sorted[index], end));
        await waitUntil(() => (answer().match(/"result"/g) ?? []).length === 4, 'four answers');
        stream.end();
      }),
      { numRuns: 60 },
    );
  });

  it('answer a request above the limit of REST with PAYLOAD_TOO_LARGE, and go on', async () => {
    const client = await fixture.client();
    const session = await fixture.session();
    const input = 'x'.repeat(10 * 1024 * 1024);
    await client.refused('PAYLOAD_TOO_LARGE', 'vm/execution/repl', { session_id: session.id, input });
    assert.deepEqual(await client.request('vm/runtime/health', {}), { status: 'ok' });
  });

  it('refuse parameters that are nested without end, or aim at prototypes', async () => {
    const client = await fixture.client();
    const deep = JSON.parse(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`) as unknown;
    const { id } = fixture.services.templates.create({ name: 'deep' });
    const capability = { template_id: id, kind: 'fs', name: 'x' };
    await client.refused('INVALID_REQUEST', 'vm/template/addCapability', { ...capability, config: deep });
    const config = JSON.parse('{"__proto__":{"enabled":true}}') as unknown;
    await client.refused('INVALID_REQUEST', 'vm/template/addCapability', { ...capability, config });
  });
});

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
