import type { Session } from '../../shared/model/session.ts';
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
  const ourCall: number[] = [];
  const bareCall: number[] = [];
  const sample = async (into: number[], action: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < PER_ROUND; i++) into.push(await timed(() => action(i)));
  };
  const warmUp: number[] = [];
  await sample(warmUp, (i) => daemon.repl(session, `${i} + 1`));
  await sample(warmUp, (i) => floor.post('/evaluate', { session: 0, input: `${i} + 1` }));
  await interleave(
    ROUNDS,
    async () => {
      await sample(ours, (i) => daemon.repl(session, `${i} + 1`));
      await sample(ourCall, (i) => daemon.repl(session, `Math.max(${i}, 1)`));
    },
    async () => {
      await sample(bareCall, (i) => floor.post('/evaluate', { session: 0, input: `Math.max(${i}, 1)` }));
      await sample(bare, (i) => floor.post('/evaluate', { session: 0, input: `${i} + 1` }));
      await sample(echo, (i) => floor.post('/echo', { session: 0, input: `${i} + 1` }));
    },
  );
  const [our, least, transport] = [summarise(ours), summarise(bare), summarise(echo)];
  const [call, leastCall] = [summarise(ourCall), summarise(bareCall)];
  return [
    { what: 'REPL round trip, p50', value: our.p50, floor: least.p50, unit: 'ms', target: '≤ 1.3 ×' },
    { what: 'REPL round trip, p95', value: our.p95, floor: least.p95, unit: 'ms' },
    // Not as plain as the line above: the guest's thread has to run it (docs/decisions/0065).
    { what: 'REPL round trip of a call, p50', value: call.p50, floor: leastCall.p50, unit: 'ms' },
    { what: 'fastify echo, p50 (for scale)', value: transport.p50, unit: 'ms' },
  ];
}

/** Eight clients on eight sessions: executions a second, of a plain line and of a call. */
export async function measureRate(daemon: BenchDaemon, floor: HttpClient): Promise<Row[]> {
  const template = await daemon.template('rate');
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => daemon.session(template)));
  const rows: Row[] = [
    {
      what: 'REPL lines a second, 8 sessions',
      ...(await rateOf('1 + 1', daemon, sessions, floor)),
      target: '≥ 0.75 ×',
    },
    { what: 'REPL calls a second, 8 sessions', ...(await rateOf('Math.max(1, 1)', daemon, sessions, floor)) },
  ];
  for (const { id } of sessions) await daemon.client.post(`/api/v1/sessions/${id}/close`, {});
  return rows;
}

async function rateOf(
  input: string,
  daemon: BenchDaemon,
  sessions: readonly Session[],
  floor: HttpClient,
): Promise<{ value: number; floor: number; unit: string }> {
  const ours: number[] = [];
  const bare: number[] = [];
  const rate = async (into: number[], action: (session: Session, at: number) => Promise<unknown>): Promise<void> => {
    const run = async (session: Session, at: number): Promise<void> => {
      for (let i = 0; i < PER_ROUND; i++) await action(session, at);
    };
    const ms = await timed(() => Promise.all(sessions.map(run)));
    into.push((SESSIONS * PER_ROUND * 1000) / ms);
  };
  await interleave(
    ROUNDS,
    () => rate(ours, (session) => daemon.repl(session, input)),
    () => rate(bare, (_, session) => floor.post('/evaluate', { session, input })),
  );
  return { value: summarise(ours).p50, floor: summarise(bare).p50, unit: '/s' };
}
