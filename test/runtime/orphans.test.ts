import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { isAlive } from './host-processes.ts';
import { eventually } from './runtime-fixture.ts';

describe('runtime: hosts without a daemon', () => {
  it('are gone within 2 s of its SIGKILL, whatever they were doing', async function () {
    this.timeout(60_000);
    const daemon = spawn(process.execPath, [path.join(import.meta.dirname, 'orphan-daemon.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    daemon.stdout.setEncoding('utf8');
    const [line] = (await once(daemon.stdout, 'data')) as [string];
    const hosts = JSON.parse(line) as number[];
    assert.ok(hosts.length >= 6, `${hosts.length} hosts`);
    for (const pid of hosts) assert.ok(isAlive(pid), `host ${pid} is there`);
    daemon.kill('SIGKILL');
    await eventually('the end of all hosts', () => hosts.every((pid) => !isAlive(pid)), 2000);
  });
});
