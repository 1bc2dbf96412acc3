import assert from 'node:assert/strict';
import { SharedFolder } from './shared-daemon.ts';

const CLIENTS = 8;

/** Eight clients at the same moment on a new data directory, again and again: always one daemon, and all are served. */
export async function startTogether(rounds: number): Promise<string> {
  for (let round = 0; round < rounds; round++) {
    const folder = await SharedFolder.make();
    try {
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => folder.client()));
      const pids = new Set<number>();
      for (const { rpc } of clients) pids.add((await rpc.hear('vm/daemon/status')).daemon.pid);
      assert.equal(pids.size, 1, `round ${round}: ${[...pids].join(', ')}`);
      assert.deepEqual(folder.daemons(), [...pids]);
      for (const { rpc } of clients) assert.deepEqual(await rpc.request('vm/session/list', {}), []);
    } finally {
      await folder.remove();
    }
  }
  return `${CLIENTS} clients, one daemon each time, all served`;
}
