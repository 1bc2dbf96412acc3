import assert from 'node:assert/strict';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { Session } from '../../../shared/model/session.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import type { RpcClient } from './rpc-client.ts';
import { RpcFixture } from './rpc-fixture.ts';

describe('events and changes', () => {
  let fixture: RpcFixture;
  let client: RpcClient;
  let session: Session;
  beforeEach(async () => {
    fixture = await RpcFixture.open();
    session = await fixture.session();
    client = await fixture.client();
  });
  afterEach(() => fixture.close());

  const run = (input: string): Promise<{ id: string }> =>
    client.request('vm/execution/repl', { session_id: session.id, input });
  const eventsOf = (id?: string): ExecutionEvent[] =>
    client
      .told('vm/execution/event')
      .flatMap(({ events }) => events)
      .filter(({ execution_id }) => id === undefined || execution_id === id);

  it('gives a follower of a session what was, then what comes, each once and in order', async () => {
    const first = await run('events 1200');
    await client.request('vm/session/follow', { session_id: session.id });
    const second = await run('events 700');
    await waitUntil(() => eventsOf().length === 1201 + 701, 'all events');
    for (const [id, count] of [
      [first.id, 1201],
      [second.id, 701],
    ] as const) {
      assert.deepEqual(
        eventsOf(id).map(({ seq }) => seq),
        Array.from({ length: count }, (_, index) => index + 1),
      );
    }
    assert.ok(
      client
        .told('vm/execution/event')
        .every(({ follow, session_id }) => follow === 'session' && session_id === session.id),
    );
  });

  it('begins after the event that a client knows', async () => {
    const first = await run('events 10');
    const second = await run('events 10');
    await client.request('vm/session/follow', { session_id: session.id, after: { execution_id: first.id, seq: 9 } });
    await waitUntil(() => eventsOf(second.id).length === 11, 'the second execution');
    assert.deepEqual(
      eventsOf(first.id).map(({ seq }) => seq),
      [10, 11],
    );
  });

  it('begins now when asked to, with all of what runs', async () => {
    const past = await run('events 10');
    const { execution } = fixture.services.executions.startRepl({ session_id: session.id, input: 'events 3\nwait' });
    await client.request('vm/session/follow', { session_id: session.id, live_only: true });
    await waitUntil(() => eventsOf(execution.id).length === 4, 'what runs');
    await client.request('vm/session/interrupt', { session_id: session.id });
    const next = await run('events 2');
    await waitUntil(() => eventsOf(next.id).length === 3, 'what came later');
    assert.deepEqual(eventsOf(past.id), []);
  });

  it('begins now when all has ended', async () => {
    const past = await run('events 10');
    await client.request('vm/session/follow', { session_id: session.id, live_only: true });
    const next = await run('events 2');
    await waitUntil(() => eventsOf(next.id).length === 3, 'what came later');
    assert.deepEqual(eventsOf(past.id), []);
  });

  it('says when a followed execution has ended, and when a followed session has', async () => {
    const { id } = await run('events 3');
    await client.request('vm/execution/follow', { execution_id: id, after_seq: 2 });
    const end = await client.hear('vm/execution/event', ({ ended }) => ended);
    assert.deepEqual(end, { follow: 'execution', session_id: session.id, execution_id: id, events: [], ended: true });
    assert.deepEqual(
      eventsOf(id).map(({ seq }) => seq),
      [3, 4],
    );
    await client.request('vm/session/follow', { session_id: session.id });
    await client.request('vm/session/close', { session_id: session.id });
    await client.hear('vm/execution/event', ({ ended, follow }) => ended && follow === 'session');
  });

  it('stops on unfollow', async () => {
    await client.request('vm/session/follow', { session_id: session.id });
    await run('events 3');
    await waitUntil(() => eventsOf().length === 4, 'events');
    await client.request('vm/session/unfollow', { session_id: session.id });
    await run('events 3');
    await client.hear('vm/execution/changed', ({ execution }) => execution.metrics.event_count === 4);
    assert.equal(eventsOf().length, 4);
  });

  it('refuses to follow what is not there, and a cursor of another session', async () => {
    const missing = '01234567-89ab-7def-8123-456789abcdef';
    await client.refused('SESSION_NOT_FOUND', 'vm/session/follow', { session_id: missing });
    await client.refused('EXECUTION_NOT_FOUND', 'vm/execution/follow', { execution_id: missing });
    const other = await fixture.session();
    const { id } = await run('x');
    const after = { execution_id: id, seq: 1 };
    await client.refused('EXECUTION_NOT_FOUND', 'vm/session/follow', { session_id: other.id, after });
  });

  it('tells every client of changes, whoever made them', async () => {
    const other = await fixture.client();
    const { id } = await run('x');
    await other.hear('vm/execution/changed', ({ execution }) => execution.id === id && execution.status === 'ok');
    await client.request('vm/session/close', { session_id: session.id });
    const { session: row } = await other.hear('vm/session/changed');
    assert.deepEqual(row, fixture.services.sessions.get(session.id));
    const template = await client.request('vm/template/create', { name: 'new' });
    await client.request('vm/template/delete', { template_id: template.id });
    await other.hear('vm/template/changed', ({ template_id, deleted }) => deleted && template_id === template.id);
  });

  it('tells only what a client wants to know', async () => {
    const picky = await fixture.client({ changes: ['template'] });
    await run('x');
    await client.request('vm/session/close', { session_id: session.id });
    await client.request('vm/template/create', { name: 'new' });
    await picky.hear('vm/template/changed');
    assert.deepEqual(picky.told('vm/execution/changed'), []);
    assert.deepEqual(picky.told('vm/session/changed'), []);
  });

  it('cancels the execution whose request is cancelled, and answers with it', async () => {
    const source = new CancellationTokenSource();
    const answer = client.request('vm/execution/repl', { session_id: session.id, input: 'wait' }, source.token);
    await client.hear('vm/execution/changed', ({ execution }) => execution.status === 'running');
    source.cancel();
    assert.equal((await answer).status, 'cancelled');
    assert.equal(fixture.services.sessions.get(session.id).status, 'ready');
  });

  it('shows progress to who gave a token', async () => {
    const params = { session_id: session.id, input: 'events 1', workDoneToken: 'token 1' };
    await client.connection.sendRequest('vm/execution/repl', params);
    await waitUntil(() => client.received.filter(({ method }) => method === '$/progress').length === 2, 'progress');
    const values = client.received.filter(({ method }) => method === '$/progress').map(({ params }) => params);
    assert.deepEqual(values, [
      { token: 'token 1', value: { kind: 'begin', title: 'Running input', cancellable: true } },
      { token: 'token 1', value: { kind: 'end', message: 'done' } },
    ]);
  });

  it('traces requests from the moment that it is asked to', async () => {
    await client.request('vm/runtime/health', {});
    await client.connection.sendNotification('$/setTrace', { value: 'verbose' });
    await client.request('vm/session/get', { session_id: session.id });
    await waitUntil(() => client.received.some(({ method }) => method === '$/logTrace'), 'a trace');
    const [first] = client.received.filter(({ method }) => method === '$/logTrace');
    const { message, verbose } = first?.params as { message: string; verbose: string };
    assert.match(message, /^vm\/session\/get took \d+\.\d ms$/);
    assert.deepEqual(JSON.parse(verbose), { session_id: session.id });
  });

  it('tells the log from the level that a client wants', async () => {
    const curious = await fixture.client({ log_level: 'info' });
    const deaf = await fixture.client({ log_level: 'off' });
    fixture.logger.info({ port: 7 }, 'listening');
    fixture.logger.warn('careful');
    const logged = (each: RpcClient): unknown[] =>
      each.received.filter(({ method }) => method === 'window/logMessage').map(({ params }) => params);
    await waitUntil(() => logged(curious).length === 2 && logged(client).length === 1, 'the log');
    assert.deepEqual(logged(curious), [
      { type: 3, message: 'listening {"port":7}' },
      { type: 2, message: 'careful' },
    ]);
    assert.deepEqual(logged(client), [{ type: 2, message: 'careful' }]);
    assert.deepEqual(logged(deaf), []);
  });
});
