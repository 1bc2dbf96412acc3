import assert from 'node:assert/strict';
import { SharedFolder } from './shared-daemon.ts';

const CLIENTS = 8;
const ROUNDS = Number(process.env['VM_SYSTEM_SOAK_ROUNDS'] ?? 3);

describe('clients that start in the same moment', function () {
  this.timeout(30_000 + ROUNDS * 10_000);

  it(`end up with one daemon, all served, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
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
  });
});
