import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { duplexPair } from 'node:stream';
import type { Session } from '../../../shared/model/session.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { RpcClient } from './rpc-client.ts';
import { RpcFixture } from './rpc-fixture.ts';

const EVENTS = 20_000;

describe('a client that does not read', function () {
  // Megabytes of answers, on a machine that has other work too.
  this.timeout(60_000);
  let fixture: RpcFixture;
  let session: Session;
  beforeEach(async () => {
    fixture = await RpcFixture.open();
    session = await fixture.session();
    const { template_id } = session;
    fixture.services.templates.patchSettings(template_id, { limits: { max_events: 1_000_000 } });
  });
  afterEach(() => fixture.close());

  it('holds one batch of a followed session, delays nobody, and gets all of it later', async () => {
    const { stream, server } = connectWithEnds(fixture);
    const slow = RpcClient.over(stream);
    await slow.initialize({ changes: [] });
    await slow.request('vm/session/follow', { session_id: session.id });
    stream.pause();
    const quick = await fixture.client();
    await quick.request('vm/session/follow', { session_id: session.id });
    const { id } = await quick.request('vm/execution/repl', { session_id: session.id, input: `events ${EVENTS}` });
    await waitUntil(() => seen(quick, id).length === EVENTS + 1, 'the quick one has all');
    assert.ok(seen(slow, id).length < EVENTS, 'the slow one has stopped');
    // One batch of 500 small events is below 100 KB; a queue of all would be 3 MB.
    assert.ok(server.writableLength < 200_000, `${server.writableLength} bytes wait`);
    stream.resume();
    await waitUntil(() => seen(slow, id).length === EVENTS + 1, 'the slow one has all');
    assert.deepEqual(
      seen(slow, id),
      Array.from({ length: EVENTS + 1 }, (_, index) => index + 1),
    );
  });

  it('is told that it missed changes, once it reads again, and no queue grew meanwhile', async () => {
    const { stream, server } = connectWithEnds(fixture);
    const slow = RpcClient.over(stream);
    await slow.initialize();
    await slow.hear('vm/daemon/status');
    stream.pause();
    for (let count = 0; count < 3_000; count++) {
      fixture.services.templates.create({ name: `many ${count}` });
      if (count % 100 === 0) await delay(1);
    }
    const waiting = await untilStill(() => server.writableLength);
    assert.ok(waiting < 1_000_000, `${waiting} bytes wait`);
    for (let count = 3_000; count < 6_000; count++) fixture.services.templates.create({ name: `many ${count}` });
    assert.equal(await untilStill(() => server.writableLength), waiting);
    stream.resume();
    await slow.hear('vm/daemon/status', ({ state }) => state === 'behind');
    // And from here on it hears of everything again.
    const last = fixture.services.templates.create({ name: 'last' });
    await slow.hear('vm/template/changed', ({ template_id }) => template_id === last.id);
  });

  it('is not read from either while its answers pile up', async () => {
    const { stream, server } = connectWithEnds(fixture);
    const slow = RpcClient.over(stream);
    await slow.initialize({ changes: [] });
    await slow.request('vm/execution/repl', { session_id: session.id, input: 'x'.repeat(50_000) });
    stream.pause();
    const answers = Array.from({ length: 2_000 }, () => slow.request('vm/execution/list', { session_id: session.id }));
    await waitUntil(() => server.isPaused(), 'the server to stop reading');
    const quick = await fixture.client();
    assert.deepEqual(await quick.request('vm/runtime/health', {}), { status: 'ok' });
    await untilStill(() => server.writableLength);
    // Of the 200 MB of all answers.
    assert.ok(server.writableLength < 10_000_000, `${server.writableLength} bytes wait`);
    stream.resume();
    assert.equal((await Promise.all(answers)).length, 2_000);
  });

  it('does not keep the daemon from stopping', async () => {
    const { stream, ended } = connectWithEnds(fixture);
    const slow = RpcClient.over(stream);
    await slow.initialize({ changes: [] });
    await slow.request('vm/session/follow', { session_id: session.id });
    stream.pause();
    fixture.services.executions.startRepl({ session_id: session.id, input: `events ${EVENTS}` });
    const start = Date.now();
    await fixture.server.stop('enough');
    await ended;
    assert.ok(Date.now() - start < 2_000);
    stream.destroy();
  });
});

function connectWithEnds(fixture: RpcFixture): {
  stream: ReturnType<typeof duplexPair>[0];
  server: ReturnType<typeof duplexPair>[0];
  ended: Promise<unknown>;
} {
  const [stream, server] = duplexPair();
  const ended = fixture.server.serve({ input: server, output: server });
  return { stream, server, ended };
}

function seen(client: RpcClient, executionId: string): number[] {
  return client
    .told('vm/execution/event')
    .filter(({ execution_id }) => execution_id === executionId)
    .flatMap(({ events }) => events.map(({ seq }) => seq));
}

/** The value, once it has been the same for a while. */
async function untilStill(read: () => number): Promise<number> {
  let last = read();
  let since = Date.now();
  await waitUntil(() => {
    const now = read();
    if (now !== last) since = Date.now();
    last = now;
    return Date.now() - since > 100;
  }, 'a value that stays');
  return last;
}
