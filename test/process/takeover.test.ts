import assert from 'node:assert/strict';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder, type StdioProcess } from './shared-daemon.ts';

/** The promise to users: so soon after the daemon was killed every client works again. */
const BACK_MS = 2_000;

describe('the owner of a data directory that is killed', function () {
  this.timeout(30_000);
  let folder: SharedFolder;
  beforeEach(async () => {
    folder = await SharedFolder.make();
  });
  afterEach(() => folder.remove());

  it('is replaced by the clients that come back, who learn what became of each session', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => folder.client()));
    const [first, ...others] = clients as [StdioProcess, ...StdioProcess[]];
    const session = await folder.session(first);
    const idle = await folder.session(first);
    for (const { rpc } of clients) await rpc.request('vm/session/follow', { session_id: session.id });
    await first.rpc.request('vm/template/setSettings', {
      template_id: session.template_id,
      limits: { wall_ms: 60_000, cpu_ms: 60_000 },
    });
    await first.rpc.request('vm/session/restart', { session_id: session.id });
    const input = 'for (let i = 0; ; i++) { console.log(i); for (let j = 0; j < 1e6; j++); }';
    const { id } = await first.rpc.request('vm/execution/repl', { session_id: session.id, input, wait: false });
    await waitUntil(() => others.every((client) => eventsOf(client).length > 50), 'events');

    const { pid = 0 } = folder.endpoint() ?? {};
    const killed = Date.now();
    process.kill(pid, 'SIGKILL');
    // What an editor's client does: it sees its process end, and starts it again.
    const back = await Promise.all(
      clients.map(async (client) => {
        assert.equal((await client.ended).code, 75);
        assert.match(client.stderr, /the daemon ended unexpectedly/);
        return folder.client();
      }),
    );
    const took = Date.now() - killed;
    assert.ok(took < BACK_MS, `took ${took} ms`);
    assert.equal(folder.daemons().length, 1);

    for (const { rpc } of back) {
      const { message } = await rpc.hear('vm/daemon/status');
      assert.match(message, /2 sessions were closed and 1 executions ended/);
      for (const row of await rpc.request('vm/session/list', {})) {
        assert.ok([session.id, idle.id].includes(row.id));
        assert.deepEqual([row.status, row.last_error], ['closed', 'the daemon ended without closing this session']);
      }
      const execution = await rpc.request('vm/execution/get', { execution_id: id });
      assert.deepEqual([execution.status, execution.error?.code], ['error', 'HOST_DIED']);
    }
    // Each goes on where it was, and has in the end what the log has: without a gap, nothing twice.
    const [one] = back;
    assert.ok(one);
    const known = eventsOf(first);
    const seq = known.at(-1)?.seq ?? 0;
    await one.rpc.request('vm/session/follow', { session_id: session.id, after: { execution_id: id, seq } });
    await one.rpc.hear('vm/execution/event', ({ ended }) => ended);
    const all = [...known, ...eventsOf(one)];
    assert.deepEqual(
      all.map((event) => event.seq),
      Array.from({ length: all.length }, (_, index) => index + 1),
    );
  });
});

function eventsOf({ rpc }: StdioProcess): ExecutionEvent[] {
  return rpc.told('vm/execution/event').flatMap(({ events }) => events);
}
