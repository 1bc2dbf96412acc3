import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import ivm from 'isolated-vm';
import { type BenchDaemon, peakRssMiB, rssMiB } from './bench-daemon.ts';
import { openCommit } from './floor/floor-server.ts';
import type { Row } from './report.ts';
import { summarise, timed } from './statistics.ts';

const LINES = 100_000;
const RUNS = 9;
const FLOODS = 8;
/** The daemon gives memory back half a second after a flood. */
const REST_MS = 1000;

/** A console flood: lines stored a second, beside bare commits of as many events, and what the daemon's memory does. */
export async function measureFlood(daemon: BenchDaemon): Promise<Row[]> {
  const limits = { max_events: 1_000_000, max_output_kb: 1_000_000, wall_ms: 120_000, cpu_ms: 120_000 };
  const session = await daemon.session(await daemon.template('flood', { limits }));
  const code = `for (let i = 0; i < ${LINES}; i++) console.log('line', i, 'of the flood'); 'done'`;
  const body = { session_id: session.id, input: code };
  const perSecond: number[] = [];
  const peaks: number[] = [];
  const rests: number[] = [];
  for (let i = 0; i < FLOODS; i++) {
    const ms = await timed(() => runToEnd(daemon, body));
    perSecond.push((LINES * 1000) / ms);
    peaks.push(peakRssMiB(daemon.pid));
    await delay(REST_MS);
    rests.push(rssMiB(daemon.pid));
  }
  const commit = openCommit(join(daemon.folder, 'floor-flood.db'));
  const bareMs = await timed(() => {
    for (let i = 0; i < LINES / 4; i++) commit('line', i);
    return Promise.resolve();
  });
  await daemon.client.post(`/api/v1/sessions/${session.id}/close`, {});
  const growth = (sizes: readonly number[]): number => (sizes.at(-1) ?? 0) - (sizes[0] ?? 0);
  return [
    {
      what: 'console flood, events stored',
      value: summarise(perSecond).p50,
      floor: (LINES * 1000) / bareMs,
      unit: '/s',
      target: '≥ 50,000 /s',
    },
    {
      what: `console flood, daemon at rest, ${FLOODS}th over 1st`,
      value: growth(rests),
      unit: 'MiB',
      target: 'flat',
    },
    { what: `console flood, daemon's peak, ${FLOODS}th over 1st`, value: growth(peaks), unit: 'MiB' },
  ];
}

/** Starts without waiting and asks until it has ended, so that the answer's 100,000 events are not what is measured. */
async function runToEnd(daemon: BenchDaemon, body: unknown): Promise<void> {
  const { id } = await daemon.client.post<{ id: string }>('/api/v1/executions/repl?wait=false', body);
  for (;;) {
    const { status } = await daemon.client.get<{ status: string }>(`/api/v1/executions/${id}`);
    if (status === 'ok') return;
    if (status !== 'running') throw new Error(`the flood ended as ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A file of 1 MB, beside compiling and running the same text in a bare isolate. */
export async function measureLargeScript(daemon: BenchDaemon): Promise<Row[]> {
  const line = (i: number): string => `function f${i}(a, b) { return a * ${i} + b; }\n`;
  const script = `${Array.from({ length: 24_000 }, (_, i) => line(i)).join('')}f1(1, 2);\n`;
  await daemon.write('large.js', script);
  const session = await daemon.session(await daemon.template('large-script'));
  const ours: number[] = [];
  const bare: number[] = [];
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const context = await isolate.createContext();
  for (let i = 0; i < RUNS; i++) {
    ours.push(await timed(() => daemon.runFile(session, 'large.js')));
    bare.push(await timed(() => context.eval(script)));
  }
  isolate.dispose();
  await daemon.client.post(`/api/v1/sessions/${session.id}/close`, {});
  return [{ what: 'run-file of 1 MB, p50', value: summarise(ours).p50, floor: summarise(bare).p50, unit: 'ms' }];
}
