import { childrenOf } from './host-processes.ts';
import { RuntimeFixture } from './runtime-fixture.ts';

/** Stands for a daemon that will be killed: starts hosts that are busy in every way, says which, and waits. */
const fixture = new RuntimeFixture({ spareHosts: 1 });
const endless = { wall_ms: 60_000, cpu_ms: 60_000, max_events: 10_000_000, max_output_kb: 1_000_000 };
const programs = [
  'for (;;) {}',
  'for (let i = 0; ; i++) console.log(i)',
  'await new Promise(() => {})',
  '(3n ** 3_000_000n) ** 40n',
  'Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)',
];
const sessions = await Promise.all(programs.map(() => fixture.open()));
await fixture.open({ isolation: 'shared' });
sessions.forEach((session, i) => void fixture.start(session, programs[i] ?? '', endless));
setTimeout(() => {
  process.stdout.write(`${JSON.stringify(childrenOf(process.pid))}\n`);
}, 300);
