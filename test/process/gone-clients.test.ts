import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connectDaemon } from '../../daemon/ownership/connect.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { RpcClient } from '../transport/stdio/rpc-client.ts';
import { SharedFolder, type StdioProcess } from './shared-daemon.ts';

/** What a shared daemon keeps ready, each with descriptors of its own. */
const SPARE_HOSTS = 2;

const ANSWERS = 200;
const FLAT_MIB = 100;

describe('clients that are gone, or as good as gone', function () {
  this.timeout(60_000);
  let folder: SharedFolder;
  let witness: StdioProcess;
  beforeEach(async () => {
    folder = await SharedFolder.make();
    witness = await folder.client();
  });
  afterEach(() => folder.remove());

  const daemonPid = (): number => folder.endpoint()?.pid ?? 0;

  /** Waits until only the witness is left, who must still be served. */
  const waitUntilAlone = async (): Promise<void> => {
    const clients = async (): Promise<number | undefined> => {
      const connected = await connectDaemon(folder.path, { want: 'status', version: 'test' });
      connected?.socket.destroy();
      return connected?.welcome.clients;
    };
    await waitUntil(async () => (await clients()) === 1, 'the daemon to have one client', 10_000);
    assert.deepEqual(await witness.rpc.request('vm/template/list', {}), []);
  };

  it('are forgotten when they were killed in the middle of whatever they did, with all that they held', async () => {
    const descriptors = (): number => readdirSync(`/proc/${daemonPid()}/fd`).length;
    await waitUntil(() => childrenOf(daemonPid()).length === SPARE_HOSTS, 'the spare hosts');
    await waitUntilAlone();
    const before = descriptors();
    const many = await Promise.all(Array.from({ length: 8 }, () => folder.client()));
    for (const { rpc, child } of many) {
      for (let i = 0; i < 50; i++) rpc.connection.sendRequest('vm/metadata/libraries', {}).catch(() => undefined);
      child.kill('SIGKILL');
    }
    await waitUntilAlone();
    await waitUntil(() => descriptors() <= before, `${before} descriptors`);
  });

  it('are forgotten when they closed the end that they read from, or the one that they write to', async () => {
    const deaf = await folder.client();
    deaf.child.stderr?.destroy();
    deaf.child.stdout?.destroy();
    // The relay notices with the next thing that it has to say.
    await witness.rpc
      .request('vm/template/create', { name: 'news' })
      .then(({ id: template_id }) => witness.rpc.request('vm/template/delete', { template_id }));
    assert.equal((await deaf.ended).code, 1);
    const dumb = await folder.client();
    dumb.child.stdin?.end();
    assert.equal((await dumb.ended).code, 1);
    await waitUntilAlone();
  });

  it('are cut off when they closed one direction of the socket and never the other', async () => {
    const connected = await connectDaemon(folder.path, { want: 'connect', version: 'test' });
    assert.ok(connected);
    const { socket } = connected;
    const client = new RpcClient(socket, socket);
    socket.resume();
    await client.initialize();
    socket.end();
    // Half open: the daemon has said goodbye and ended its side, too; ours is kept.
    await once(socket, 'close');
    await waitUntilAlone();
  });

  it('end with their daemon, also while they are written to without a pause', async () => {
    for (let round = 0; round < 3; round++) {
      const client = await folder.client();
      const { stdin } = client.child;
      const body = '{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}}';
      const writing = setInterval(() => stdin?.write(`Content-Length: ${body.length}\r\n\r\n${body}`.repeat(200)), 0);
      await client.rpc.request('vm/template/list', {});
      process.kill(daemonPid(), 'SIGKILL');
      assert.equal((await client.ended).code, 75);
      clearInterval(writing);
    }
  });

  it('hold a bounded heap of answers while they do not read, and get all of them later', async () => {
    const session = await folder.session(witness);
    const { template_id } = session;
    await witness.rpc.request('vm/template/setSettings', { template_id, limits: { max_output_kb: 1_000 } });
    await witness.rpc.request('vm/session/restart', { session_id: session.id });
    const input = `console.log('x'.repeat(500_000))`;
    const { id: execution_id } = await witness.rpc.request('vm/execution/repl', { session_id: session.id, input });
    const slow = await folder.client();
    const residentMiB = (): number => {
      const status = readFileSync(`/proc/${daemonPid()}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
    };
    const before = residentMiB();
    process.kill(slow.pid, 'SIGSTOP');
    const answers = Array.from({ length: ANSWERS }, () => slow.rpc.request('vm/execution/events', { execution_id }));
    for (let i = 0; i < 20; i++) {
      const { result } = await witness.rpc.request('vm/execution/repl', { session_id: session.id, input: '1 + 1' });
      assert.equal(result?.preview, '2');
    }
    process.kill(slow.pid, 'SIGCONT');
    process.kill(slow.pid, 'SIGSTOP');
    const grown = residentMiB() - before;
    assert.ok(grown < FLAT_MIB, `${ANSWERS} answers of 500 KB made the daemon grow by ${grown.toFixed()} MiB`);
    process.kill(slow.pid, 'SIGCONT');
    for (const events of await Promise.all(answers)) assert.equal(events.length, 3);
  });

  it('do not keep the daemon from stopping, nor do their sessions stay', async () => {
    const session = await folder.session(witness);
    await witness.rpc.request('vm/execution/repl', { session_id: session.id, input: 'for (;;) {}', wait: false });
    const stopped = await Promise.all(Array.from({ length: 4 }, () => folder.client()));
    for (const { pid, rpc } of stopped) {
      process.kill(pid, 'SIGSTOP');
      // What they have to pass on by then finds no daemon any more.
      await rpc.connection.sendNotification('$/setTrace', { value: 'off' });
    }
    const pid = daemonPid();
    const connected = await connectDaemon(folder.path, { want: 'stop', version: 'test' });
    assert.equal(connected?.welcome.ok, true);
    connected.socket.resume();
    await waitUntil(() => !isAlive(pid), 'the daemon to end', 8_000);
    for (const each of stopped) {
      process.kill(each.pid, 'SIGCONT');
      // They read the farewell that waited for them.
      assert.equal((await each.ended).code, 0);
    }
    const next = await folder.client();
    const row = await next.rpc.request('vm/session/get', { session_id: session.id });
    assert.deepEqual([row.status, row.last_error], ['closed', 'the daemon was stopped (vm-system stop)']);
  });
});

/** Linux only. */
function childrenOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
}
