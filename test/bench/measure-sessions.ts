import { setTimeout as wait } from 'node:timers/promises';
import { BenchDaemon, pssMiB } from './bench-daemon.ts';
import { startIsolate } from './floor/floor-server.ts';
import type { Row } from './report.ts';
import { summarise, timed } from './statistics.ts';

const CREATIONS = 15;
/** Time in which a spare host is surely ready again. */
const REFILL_MS = 700;
/** Sessions whose memory is added up. */
const SHARED_SESSIONS = 20;
const OWN_SESSIONS = 4;
/** Time in which a new process has finished what it does after its start. */
const SETTLE_MS = 3000;

/** New sessions: from the warm pool, and without one. The floor is a bare child with a bare isolate. */
export async function measureCreation(daemon: BenchDaemon): Promise<Row[]> {
  const warm = await sampleCreation(daemon, REFILL_MS);
  const cold = await BenchDaemon.start(['--pool', '0']);
  const coldSamples = await sampleCreation(cold, 0);
  await cold.stop();
  const bare: number[] = [];
  for (let i = 0; i < CREATIONS; i++) {
    bare.push(
      await timed(async () => {
        const { child } = await startIsolate();
        child.kill('SIGKILL');
      }),
    );
  }
  return [
    { what: 'new session, warm pool, p50', value: summarise(warm).p50, unit: 'ms', target: '≤ 15 ms' },
    { what: 'new session, no pool, p50', value: summarise(coldSamples).p50, floor: summarise(bare).p50, unit: 'ms' },
  ];
}

async function sampleCreation(daemon: BenchDaemon, pauseMs: number): Promise<number[]> {
  const template = await daemon.template('creation');
  const samples: number[] = [];
  for (let i = 0; i < CREATIONS; i++) {
    await wait(pauseMs);
    let id = '';
    samples.push(
      await timed(async () => {
        id = (await daemon.session(template)).id;
      }),
    );
    await daemon.client.post(`/api/v1/sessions/${id}/close`, {});
  }
  return samples;
}

/** What an idle session costs, in a host of its own and in a shared one. */
export async function measureIdleMemory(): Promise<Row[]> {
  const daemon = await BenchDaemon.start(['--pool', '0']);
  const own = await daemon.template('own');
  for (let i = 0; i < OWN_SESSIONS; i++) await daemon.session(own);
  await wait(SETTLE_MS);
  const hosts = daemon.hosts();
  const ownMiB = sum(hosts.map(pssMiB)) / hosts.length;

  const shared = await daemon.template('shared', { runtime: { isolation: 'shared' } });
  await daemon.session(shared);
  await wait(SETTLE_MS);
  const sharedHosts = (): number[] => daemon.hosts().filter((pid) => !hosts.includes(pid));
  const one = sum(sharedHosts().map(pssMiB));
  for (let i = 1; i < SHARED_SESSIONS; i++) await daemon.session(shared);
  await wait(SETTLE_MS);
  const many = sum(sharedHosts().map(pssMiB));
  await daemon.stop();
  return [
    { what: 'idle session, own host (PSS)', value: ownMiB, unit: 'MiB', target: '≤ 16 MiB' },
    {
      what: 'idle session, shared host (PSS)',
      value: (many - one) / (SHARED_SESSIONS - 1),
      unit: 'MiB',
      target: '≤ 2 MiB',
    },
  ];
}

/** From the command to the first answer of GET health. */
export async function measureStart(): Promise<Row[]> {
  const samples: number[] = [];
  for (let i = 0; i < 7; i++) {
    let daemon: BenchDaemon | undefined;
    samples.push(
      await timed(async () => {
        daemon = await BenchDaemon.start();
        await daemon.client.get('/api/v1/health');
      }),
    );
    await daemon?.stop();
  }
  return [{ what: 'daemon, start to healthy, p50', value: summarise(samples).p50, unit: 'ms', target: '≤ 500 ms' }];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
