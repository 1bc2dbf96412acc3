import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { startHost } from '../../daemon/runtime/start-host.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const HELLO_MS = 20_000;

describe('runtime: a host that somebody waits for', () => {
  it('has the priority of all others, in each of its threads, from its first word on', async function () {
    // Elsewhere priorities belong to processes, and are not to be looked at by thread.
    if (process.platform !== 'linux') this.skip();
    const host = startHost();
    const said: string[] = [];
    try {
      host.listen({ message: ({ t }) => void said.push(t), ended: () => undefined });
      await waitUntil(() => said.includes('hello'), 'hello', HELLO_MS);
      const threads = readdirSync(`/proc/${host.pid}/task`).map(Number);
      assert.ok(threads.length > 1);
      const priorities = threads.map((thread) => getPriority(thread));
      assert.ok(
        priorities.every((priority) => priority >= 5),
        String(priorities),
      );
    } finally {
      host.kill({ kind: 'died', message: 'the test is over' });
      await host.exited;
    }
  });
});
