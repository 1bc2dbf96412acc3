import type { BenchDaemon } from './bench-daemon.ts';
import type { HttpClient } from './http-client.ts';
import type { Row } from './report.ts';
import { interleave, summarise, timed } from './statistics.ts';

const ROUNDS = 10;
const PER_ROUND = 150;
const SESSIONS = 8;

/** One client, one session: how long a line takes. */
export async function measureRoundTrip(daemon: BenchDaemon, floor: HttpClient): Promise<Row[]> {
  const session = await daemon.session(await daemon.template('round-trip'));
  const ours: number[] = [];
  const bare: number[] = [];
  const echo: number[] = [];
  const sample = async (into: number[], action: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < PER_ROUND; i++) into.push(await timed(() => action(i)));
  };
  const warmUp: number[] = [];
  await sample(warmUp, (i) => daemon.repl(session, `${i} + 1`));
  await sample(warmUp, (i) => floor.post('/evaluate', { session: 0, input: `${i} + 1` }));
  await interleave(
    ROUNDS,
    () => sample(ours, (i) => daemon.repl(session, `${i} + 1`)),
    async () => {
      await sample(bare, (i) => floor.post('/evaluate', { session: 0, input: `${i} + 1` }));
      await sample(echo, (i) => floor.post('/echo', { session: 0, input: `${i} + 1` }));
    },
  );
  const [our, least, transport] = [summarise(ours), summarise(bare), summarise(echo)];
  return [
    { what: 'REPL round trip, p50', value: our.p50, floor: least.p50, unit: 'ms', target: '≤ 1.3 ×' },
    { what: 'REPL round trip, p95', value: our.p95, floor: least.p95, unit: 'ms' },
    { what: 'fastify echo, p50 (for scale)', value: transport.p50, unit: 'ms' },
  ];
}

/** Eight clients on eight sessions: executions a second. */
export async function measureRate(daemon: BenchDaemon, floor: HttpClient): Promise<Row[]> {
  const template = await daemon.template('rate');
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => daemon.session(template)));
  const ours: number[] = [];
  const bare: number[] = [];
  const rate = async (into: number[], action: (session: number) => Promise<unknown>): Promise<void> => {
    const run = async (_: unknown, session: number): Promise<void> => {
      for (let i = 0; i < PER_ROUND; i++) await action(session);
    };
    const ms = await timed(() => Promise.all(Array.from({ length: SESSIONS }, run)));
    into.push((SESSIONS * PER_ROUND * 1000) / ms);
  };
  const runOurs = (session: number): Promise<unknown> => {
    const target = sessions[session];
    return target === undefined ? Promise.resolve() : daemon.repl(target, '1 + 1');
  };
  await interleave(
    ROUNDS,
    () => rate(ours, runOurs),
    () => rate(bare, (session) => floor.post('/evaluate', { session, input: '1 + 1' })),
  );
  for (const { id } of sessions) await daemon.client.post(`/api/v1/sessions/${id}/close`, {});
  const row = { value: summarise(ours).p50, floor: summarise(bare).p50, unit: '/s', target: '≥ 0.75 ×' };
  return [{ what: 'REPL lines a second, 8 sessions', ...row }];
}
