import assert from 'node:assert/strict';
import path from 'node:path';
import { SessionModules } from '../../daemon/worktree/session-modules.ts';
import { SourceCache } from '../../daemon/worktree/source-cache.ts';
import { ModuleServer } from '../../daemon/runtime/module-server.ts';
import { SessionCalls } from '../../daemon/runtime/session-calls.ts';
import { HostProcess } from '../../daemon/runtime/host-process.ts';
import { RuntimeHost } from '../../daemon/runtime/runtime-host.ts';
import type { RunOutcome, RuntimeEvent } from '../../daemon/runtime/runtime.ts';
import { newSlot } from '../../daemon/runtime/slot.ts';
import type { ModulePolicy } from '../../shared/ipc/call-messages.ts';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import { isAlive } from './host-processes.ts';
import { eventually } from './runtime-fixture.ts';

const rogue = path.resolve(import.meta.dirname, '../fixtures/hosts/rogue-host.mjs');
const { limits, resolver, runtime } = DEFAULT_SETTINGS;
const policy: ModulePolicy = {
  template_id: 'template',
  worktree: '/',
  modules: [],
  fs: { worktree: 'none', roots: [] },
  net: [],
  exec: {},
  env: {},
  options: {},
};

describe('runtime: what comes from a host is not trusted', () => {
  /** Runs something in a host that misbehaves as `mode` says. */
  async function misbehave(mode: string): Promise<{ outcome: RunOutcome; reason: string; events: number }> {
    let reason = '';
    let events = 0;
    const listener = {
      onEvents: (_id: string, batch: readonly RuntimeEvent[], stored: () => void) => {
        events += batch.length;
        stored();
      },
      onSessionLost: (_id: string, why: string) => {
        reason = why;
      },
      beginBackground: () => 'background',
      endBackground: () => undefined,
    };
    const command = { file: process.execPath, args: [rogue, mode] };
    const host = new RuntimeHost(new HostProcess(command), false, listener, () => undefined);
    await host.ready;
    const stripTypes = (): never => assert.fail('there are no types');
    const modules = new SessionModules(import.meta.dirname, resolver, { cache: new SourceCache(), stripTypes });
    const calls = new SessionCalls(policy, () => undefined);
    const slot = newSlot({ id: 'session', memMb: 64, modules: new ModuleServer(modules), calls });
    await host.open(slot, {
      t: 'open',
      session_id: 'session',
      worktree_path: '/',
      resolver,
      kind: { mem_mb: 64, runtime, denied_globals: [], libraries: [] },
      template_id: 'template',
      modules: [],
      denied_modules: [],
      env: {},
    });
    const source = '1';
    const message = { t: 'run', session_id: 'session', execution_id: 'run', kind: 'repl', source } as const;
    const outcome = await host.run(slot, message, limits);
    await eventually('the end of the process', () => !isAlive(host.process.pid));
    return { outcome, reason, events };
  }

  const nonsense = [
    'nonsense',
    'no message',
    'an endless line',
    'events of another session',
    'events of another run',
    'events without end',
    'an event of no known type',
    'an event with a time that is none',
    'an outcome that is none',
    'a result that no event says',
    'an error without a code',
    'an opening that nobody asked for',
    'a request for modules that is none',
    'requests for modules without end',
  ];
  for (const mode of nonsense) {
    it(`ends a host that sends ${mode}`, async () => {
      const before = process.memoryUsage.rss();
      const { outcome, reason, events } = await misbehave(mode);
      assert.equal(outcome.error?.code, 'HOST_DIED');
      assert.match(reason, /^runtime host \(pid \d+\) sent what makes no sense \(.+\) and was killed$/);
      assert.ok(events < limits.max_events);
      assert.ok(process.memoryUsage.rss() - before < 200 * 1024 * 1024);
    });
  }

  it('takes an abort for want of memory for what it is', async () => {
    const { outcome, reason } = await misbehave('an abort for want of memory');
    assert.equal(outcome.error?.code, 'MEMORY_LIMIT_EXCEEDED');
    assert.equal(reason, 'memory limit of 64 MB exceeded in execution run');
  });

  it('says how a host ended', async () => {
    const { outcome, reason } = await misbehave('an exit');
    assert.equal(outcome.error?.code, 'HOST_DIED');
    assert.match(reason, /^runtime host \(pid \d+\) ended with exit code 3$/);
  });

  it('refuses to open when no host can be started', async () => {
    const nothing = (): undefined => undefined;
    const listener = {
      onEvents: nothing,
      onSessionLost: nothing,
      beginBackground: () => 'background',
      endBackground: nothing,
    };
    const host = new RuntimeHost(
      new HostProcess({ file: '/does/not/exist', args: [] }),
      false,
      listener,
      () => undefined,
    );
    await assert.rejects(host.ready, /no runtime host could be started: spawn .* ENOENT/);
  });
});
