import assert from 'node:assert/strict';
import { ErrorCodes } from 'vscode-jsonrpc/node';
import { DAEMON, RpcFixture } from './rpc-fixture.ts';
import { RpcClient } from './rpc-client.ts';

describe('lifecycle of a connection', () => {
  let fixture: RpcFixture;
  beforeEach(async () => {
    fixture = await RpcFixture.open();
  });
  afterEach(() => fixture.close());

  it('says who answers, and that it is ready', async () => {
    const { stream } = fixture.connect();
    const client = RpcClient.over(stream);
    assert.deepEqual(await client.initialize(), {
      serverInfo: { name: 'vm-system', version: '1.2.3' },
      capabilities: {
        positionEncoding: 'utf-16',
        textDocumentSync: { openClose: true, change: 2 },
        completionProvider: { triggerCharacters: ['.', '"', "'"], resolveProvider: true },
        hoverProvider: true,
        codeLensProvider: { resolveProvider: false },
        experimental: { vm: DAEMON },
      },
    });
    assert.equal((await client.hear('vm/daemon/status')).state, 'ready');
  });

  it('refuses what comes before initialize, and serves on', async () => {
    const client = RpcClient.over(fixture.connect().stream);
    assert.equal((await client.error('vm/session/list')).code, ErrorCodes.ServerNotInitialized);
    await client.initialize();
    assert.deepEqual(await client.request('vm/session/list', {}), []);
  });

  it('refuses a second initialize', async () => {
    const client = await fixture.client();
    assert.equal((await client.error('initialize', { capabilities: {} })).code, ErrorCodes.InvalidRequest);
  });

  it('refuses initializationOptions that it does not understand', async () => {
    const client = RpcClient.over(fixture.connect().stream);
    const params = { processId: null, rootUri: null, capabilities: {}, initializationOptions: { changes: ['all'] } };
    await client.refused('VALIDATION_ERROR', 'initialize', params);
  });

  it('is not initialized by an initialize that was refused, and may be by the next', async () => {
    const client = RpcClient.over(fixture.connect().stream);
    for (const initializationOptions of [7, 'text', { log_level: 'loud' }]) {
      await client.refused('VALIDATION_ERROR', 'initialize', { capabilities: {}, initializationOptions });
      assert.equal((await client.error('vm/session/list')).code, ErrorCodes.ServerNotInitialized);
    }
    await client.initialize();
    assert.deepEqual(await client.request('vm/session/list', {}), []);
  });

  it('takes no harm from notifications that make no sense', async () => {
    const { stream } = fixture.connect();
    const client = RpcClient.over(stream);
    await client.connection.sendRequest('initialize', { trace: 5 });
    const odd: [string, unknown][] = [
      ['initialized', {}],
      ['$/setTrace', undefined],
      ['$/setTrace', { value: 9 }],
      ['$/progress', { token: {}, value: 1 }],
      ['$/cancelRequest', { id: 'unknown' }],
      ['vm/session/changed', { session: 1 }],
      ['constructor', {}],
    ];
    for (const [method, params] of odd) await client.connection.sendNotification(method, params);
    const asked = await client.request('vm/session/list', {});
    assert.deepEqual(asked, []);
    assert.ok(!client.received.some(({ method }) => method === '$/logTrace'), 'traces for a trace that is no value');
  });

  it('refuses a token of progress that is none', async () => {
    const client = await fixture.client();
    await client.refused('VALIDATION_ERROR', 'vm/runtime/health', { workDoneToken: { a: 1 } });
  });

  it('ends with 0 after shutdown and exit', async () => {
    const { stream, ended } = fixture.connect();
    const client = RpcClient.over(stream);
    await client.initialize();
    assert.equal(await client.connection.sendRequest('shutdown'), null);
    assert.equal((await client.error('vm/session/list')).code, ErrorCodes.InvalidRequest);
    await client.connection.sendNotification('exit');
    assert.deepEqual(await ended, { exit_code: 0, reason: 'the client said exit' });
    assert.equal(fixture.server.clients, 0);
  });

  it('ends with 1 when exit comes without shutdown, even before initialize', async () => {
    for (const isInitialized of [true, false]) {
      const { stream, ended } = fixture.connect();
      const client = RpcClient.over(stream);
      if (isInitialized) await client.initialize();
      await client.connection.sendNotification('exit');
      assert.equal((await ended).exit_code, 1);
    }
  });

  it('ends when the client goes without a word, and leaves what runs', async () => {
    const { stream, ended } = fixture.connect();
    const client = RpcClient.over(stream);
    await client.initialize();
    const session = await fixture.session();
    await client.request('vm/execution/repl', { session_id: session.id, input: 'wait', wait: false });
    stream.end();
    assert.equal((await ended).reason, 'the client closed the connection');
    const other = await fixture.client();
    const [execution] = await other.request('vm/execution/list', { session_id: session.id });
    assert.equal(execution?.status, 'running');
  });

  it('tells a client that connects what runs', async () => {
    const session = await fixture.session();
    const { execution } = fixture.services.executions.startRepl({ session_id: session.id, input: 'wait' });
    const client = await fixture.client();
    const told = await client.hear('vm/execution/changed');
    assert.equal(told.execution.id, execution.id);
    assert.equal(told.execution.status, 'running');
  });

  it('says why when the daemon stops', async () => {
    const { stream, ended } = fixture.connect();
    const client = RpcClient.over(stream);
    await client.initialize();
    await fixture.server.stop('somebody wanted it');
    const told = await client.hear('vm/daemon/status', ({ state }) => state === 'stopping');
    assert.equal(told.message, 'somebody wanted it');
    assert.equal((await ended).exit_code, 0);
  });
});
