import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { RestClient } from '../../daemon/cli/rest-client.ts';
import { readToken } from '../../daemon/data-directory.ts';
import { LAUNCHER } from '../helpers/daemon-process.ts';
import { runCli } from '../helpers/run-cli.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder, StdioProcess } from './shared-daemon.ts';

describe('vm-system daemon --stdio', function () {
  this.timeout(60_000);
  let folder: SharedFolder;
  beforeEach(async () => {
    folder = await SharedFolder.make();
  });
  afterEach(() => folder.remove());

  it('starts a daemon, relays, and leaves it to the next client', async () => {
    const first = await folder.client();
    const session = await folder.session(first);
    const { result } = await first.rpc.request('vm/execution/repl', { session_id: session.id, input: 'let x = 21; x' });
    assert.equal(result?.preview, '21');
    assert.deepEqual(await first.shutdown(), { code: 0, signal: null });
    assert.equal(first.stderr, '');
    const second = await folder.client();
    const again = await second.rpc.request('vm/execution/repl', { session_id: session.id, input: 'x * 2' });
    assert.equal(again.result?.preview, '42');
    assert.equal(folder.daemons().length, 1);
  });

  it('joins a daemon that runs, and starts none when it is not to', async () => {
    const none = await runCli(['daemon', '--stdio', '--no-start', '--data-dir', folder.path], folder.env);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no daemon runs for .*, and this command was not to start one/);
    assert.equal(folder.daemons().length, 0);
    const refused = await runCli(['daemon', '--stdio', '--no-start', '--own', '--data-dir', folder.path], folder.env);
    assert.equal(refused.code, 2);
    const first = await folder.client();
    const session = await folder.session(first);
    const second = await folder.client('--no-start');
    assert.equal((await second.rpc.request('vm/session/get', { session_id: session.id })).id, session.id);
    assert.equal(folder.daemons().length, 1);
  });

  it('takes another port when the usual one is taken, also in the same moment', async () => {
    const folders = await Promise.all(Array.from({ length: 4 }, () => SharedFolder.make()));
    try {
      const clients = await Promise.all(folders.map((each, i) => each.client(...(i % 2 === 0 ? [] : ['--own']))));
      await Promise.all(clients.map((client, i) => folders[i]!.session(client)));
      assert.equal(new Set(folders.map((each) => each.endpoint()?.url)).size, folders.length);
    } finally {
      await Promise.all(folders.map((each) => each.remove()));
    }
  });

  it('ends with 1 when exit came without shutdown, or the client just left', async () => {
    const rude = await folder.client();
    await rude.rpc.connection.sendNotification('exit');
    assert.equal((await rude.ended).code, 1);
    const gone = await folder.client();
    gone.child.stdin?.end();
    assert.equal((await gone.ended).code, 1);
  });

  it('ends a client that speaks no LSP with a reason on stderr, and serves the others', async () => {
    const good = await folder.client();
    const bad = folder.spawn();
    bad.child.stdin?.write('Content-Length: lots\r\n\r\n');
    assert.equal((await bad.ended).code, 1);
    assert.match(bad.stderr, /does not speak LSP: a Content-Length is not a positive number/);
    assert.deepEqual(await good.rpc.request('vm/session/list', {}), []);
  });

  it('shows the same history to four clients, REST and the command line', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => folder.client()));
    const [first] = clients;
    assert.ok(first);
    const session = await folder.session(first);
    for (const { rpc } of clients) await rpc.request('vm/session/follow', { session_id: session.id });
    const { url = '' } = folder.endpoint() ?? {};
    const rest = new RestClient({ serverUrl: url, token: readToken(folder.path) });
    for (const { rpc } of clients) {
      await rpc.request('vm/execution/repl', { session_id: session.id, input: 'console.log("by rpc")' });
    }
    await rest.post('executions/repl', { session_id: session.id, input: '"by rest"' });
    const cli = await runCli(['exec', 'repl', session.id, '"by cli"'], folder.env);
    assert.equal(cli.code, 0, cli.stderr);
    const executions = await rest.get<Execution[]>('executions', { session_id: session.id });
    assert.equal(executions.length, 6);
    const events: ExecutionEvent[] = [];
    for (const { id } of executions.toReversed())
      events.push(...(await rest.get<ExecutionEvent[]>(`executions/${id}/events`)));
    for (const { rpc } of clients) {
      const seen = (): ExecutionEvent[] => rpc.told('vm/execution/event').flatMap((told) => told.events);
      await waitUntil(() => seen().length === events.length, 'all events');
      assert.deepEqual(seen(), events);
      assert.deepEqual(await rpc.request('vm/execution/list', { session_id: session.id }), executions);
    }
  });

  it('ends with its parent, even while something else keeps its standard input open', async () => {
    // The shell's background process holds the pipe's other end; the shell itself is killed.
    const script = `exec 3<&0; sleep 60 3<&0 & echo $! >&2; ${LAUNCHER} daemon --stdio <&3 & echo $! >&2; wait`;
    const shell = new StdioProcess(['/bin/sh', '-c', script], folder.env);
    await waitUntil(() => shell.stderr.split('\n').length === 3, 'both process ids');
    await shell.rpc.initialize();
    const [sleeper = 0, relay = 0] = shell.stderr.split('\n').map(Number);
    assert.ok(isAlive(relay));
    shell.child.kill('SIGKILL');
    await waitUntil(() => !isAlive(relay), 'the relay to end');
    process.kill(sleeper);
    await shell.ended;
  });

  it('ends with its parent, also while nobody reads what it has to say', async () => {
    const out = join(folder.path, 'out');
    // Whoever has the reading end keeps it, and does not read.
    const script = `mkfifo ${out}; exec 3<&0; sleep 60 <${out} & echo $! >&2; ${LAUNCHER} daemon --stdio <&3 >${out} & echo $! >&2; wait`;
    const shell = folder.spawnCommand(['/bin/sh', '-c', script]);
    await waitUntil(() => shell.stderr.split('\n').length === 3, 'both process ids');
    const [sleeper = 0, relay = 0] = shell.stderr.split('\n').map(Number);
    const witness = await folder.client();
    void shell.rpc.initialize();
    for (let i = 0; i < 200; i++) shell.rpc.connection.sendRequest('vm/metadata/errors', {}).catch(() => undefined);
    const clients = async (): Promise<unknown> => {
      const { stdout } = await runCli(['status', '--json'], folder.env);
      return (JSON.parse(stdout) as { clients: number }).clients;
    };
    await waitUntil(async () => (await clients()) === 2, 'the client that does not read');
    await witness.rpc.request('vm/metadata/errors', {});
    shell.child.kill('SIGKILL');
    await waitUntil(() => !isAlive(relay), 'the relay to end', 10_000);
    assert.equal(await clients(), 1);
    process.kill(sleeper);
  });

  it('ends the daemon after a time without clients and live sessions, and not before', async () => {
    const client = await folder.client('--idle-exit', '1s');
    const session = await folder.session(client);
    await client.shutdown();
    const { pid = 0 } = folder.endpoint() ?? {};
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.ok(isAlive(pid), 'it has a live session');
    const other = await folder.client();
    await other.rpc.request('vm/session/close', { session_id: session.id });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.ok(isAlive(pid), 'it has a client');
    await other.shutdown();
    await waitUntil(() => !isAlive(pid), 'the idle daemon to end', 10_000);
    assert.equal(folder.endpoint(), undefined);
  });

  it('is told by stop, status and the endpoint file', async () => {
    const none = await runCli(['status'], folder.env);
    assert.deepEqual([none.code, none.stderr], [4, `vm-system: no daemon serves ${folder.path}\n`]);
    const client = await folder.client();
    await folder.session(client);
    const status = await runCli(['status', '--json'], folder.env);
    const { pid, url, data_directory } = folder.endpoint() ?? {};
    const said = JSON.parse(status.stdout) as Record<string, unknown>;
    assert.deepEqual(
      [said['pid'], said['url'], said['data_directory'], said['live_sessions'], said['clients']],
      [pid, url, data_directory, 1, 1],
    );
    const stop = await runCli(['stop'], folder.env);
    assert.deepEqual([stop.code, stop.stdout], [0, `Stopped the daemon (pid ${pid ?? 0})\n`]);
    await waitUntil(() => !isAlive(pid ?? 0), 'the daemon to end', 1_000);
    const told = await client.rpc.hear('vm/daemon/status', ({ state }) => state === 'stopping');
    assert.match(told.message, /vm-system stop/);
    assert.equal((await client.ended).code, 0);
  });

  describe('--own', () => {
    it('serves its client and whoever comes, and ends with its client', async () => {
      const own = await folder.client('--own');
      const { pid = 0 } = folder.endpoint() ?? {};
      assert.equal(pid, own.pid);
      const other = await folder.client();
      assert.deepEqual(await other.rpc.request('vm/session/list', {}), []);
      assert.deepEqual(folder.daemons(), []);
      const health = await runCli(['ops', 'health'], folder.env);
      assert.equal(health.code, 0, health.stderr);
      assert.equal((await own.shutdown()).code, 0);
      await other.rpc.hear('vm/daemon/status', ({ state }) => state === 'stopping');
      assert.equal((await other.ended).code, 0);
      assert.equal(folder.endpoint(), undefined);
    });

    it('is refused where another daemon serves, which it names', async () => {
      await folder.client();
      const own = folder.spawn('--own');
      assert.equal((await own.ended).code, 1);
      assert.match(own.stderr, new RegExp(`a daemon \\(pid ${folder.endpoint()?.pid}\\) serves .* already`));
    });

    it('ends in order when its client closes the ends that it reads from', async () => {
      const own = await folder.client('--own');
      const session = await folder.session(own);
      own.child.stderr?.destroy();
      own.child.stdout?.destroy();
      const { url = '' } = folder.endpoint() ?? {};
      const rest = new RestClient({ serverUrl: url, token: readToken(folder.path) });
      // It has seen it by now, or sees it when it has the next thing to say.
      await rest.post('templates', { name: 'news' }).catch(() => undefined);
      assert.equal((await own.ended).code, 1);
      assert.equal(folder.endpoint(), undefined);
      const next = await folder.client();
      const row = await next.rpc.request('vm/session/get', { session_id: session.id });
      assert.match(row.last_error ?? '', /its client has left/);
    });

    it('leaves no host behind when its client is killed', async () => {
      const holder = new StdioProcess(['/bin/sh', '-c', `${LAUNCHER} daemon --stdio --own; true`], folder.env);
      await holder.rpc.initialize();
      const session = await folder.session(holder);
      await holder.rpc.request('vm/execution/repl', { session_id: session.id, input: 'for (;;) {}', wait: false });
      const { pid = 0 } = folder.endpoint() ?? {};
      holder.child.kill('SIGKILL');
      holder.child.stdin?.destroy();
      await waitUntil(() => !isAlive(pid), 'the daemon to end', 8_000);
      await holder.ended;
    });
  });
});
