import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { connectDaemon } from '../../daemon/ownership/connect.ts';
import { LAUNCHER } from '../helpers/daemon-process.ts';
import type { BenchDaemon } from './bench-daemon.ts';
import type { Row } from './report.ts';
import { interleave, summarise, timed } from './statistics.ts';

const ROUNDS = 10;
const PER_ROUND = 100;

const IDLE_CLIENTS = 200;
const IDLE_MS = 10_000;
/** Quiet for so long, a daemon has nothing left to do: V8 gives memory back by itself some 8 s after the last work, once. */
const REST_MS = 12_000;
/** A second is quiet with no more than this: the least that Linux counts. */
const TICK_MS = 10;
const MAX_REST_MS = 60_000;

type Client = { connection: MessageConnection; close: () => Promise<void> };

/** A REPL line over JSON-RPC beside the same line over REST, and what the relay of `daemon --stdio` adds to it. */
export async function measureRpc(daemon: BenchDaemon): Promise<Row[]> {
  const session_id = (await daemon.session(await daemon.template('rpc'))).id;
  const direct = await openDirect(daemon.folder);
  const relayed = await openRelay(daemon.folder);
  const evaluate = (connection: MessageConnection): Promise<unknown> =>
    connection.sendRequest('vm/execution/repl', { session_id, input: '1 + 1' });
  const rest: number[] = [];
  const rpc: number[] = [];
  const viaRelay: number[] = [];
  const echo: number[] = [];
  const echoViaRelay: number[] = [];
  const sample = async (into: number[], action: () => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < PER_ROUND; i++) into.push(await timed(action));
  };
  await sample([], () => evaluate(direct.connection));
  await sample([], () => evaluate(relayed.connection));
  await interleave(
    ROUNDS,
    async () => {
      await sample(rest, () => daemon.client.post('/api/v1/executions/repl', { session_id, input: '1 + 1' }));
      await sample(rpc, () => evaluate(direct.connection));
    },
    async () => {
      await sample(viaRelay, () => evaluate(relayed.connection));
      await sample(echo, () => direct.connection.sendRequest('vm/runtime/health', {}));
      await sample(echoViaRelay, () => relayed.connection.sendRequest('vm/runtime/health', {}));
    },
  );
  await direct.close();
  await relayed.close();
  const p50 = (samples: number[]): number => summarise(samples).p50;
  return [
    { what: 'REPL round trip by JSON-RPC, p50', value: p50(rpc), floor: p50(rest), unit: 'ms', target: '≤ 1 × REST' },
    { what: 'the relay adds to it, p50', value: p50(viaRelay) - p50(rpc), unit: 'ms', target: '≤ 0.3 ms' },
    { what: 'the relay adds to an empty request, p50', value: p50(echoViaRelay) - p50(echo), unit: 'ms' },
  ];
}

/** What connections cost that nobody uses. */
export async function measureIdleClients(daemon: BenchDaemon): Promise<Row[]> {
  const clients = await Promise.all(Array.from({ length: IDLE_CLIENTS }, () => openDirect(daemon.folder)));
  await untilAtRest(daemon.pid);
  const before = cpuMs(daemon.pid);
  await delay(IDLE_MS);
  const share = (100 * (cpuMs(daemon.pid) - before)) / IDLE_MS;
  await Promise.all(clients.map(({ close }) => close()));
  return [{ what: `daemon with ${IDLE_CLIENTS} idle clients, CPU`, value: share, unit: '%', target: '< 1 %' }];
}

/**
 * Waits for the end of what connecting and the floods before it have left to do: memory is given back seconds after them,
 * once. A daemon that clients keep busy never rests, and is measured as it is after the last second of waiting.
 */
async function untilAtRest(pid: number): Promise<void> {
  let quietMs = 0;
  for (let waited = 0; waited < MAX_REST_MS && quietMs < REST_MS; waited += 1_000) {
    const before = cpuMs(pid);
    await delay(1_000);
    quietMs = cpuMs(pid) > before + TICK_MS ? 0 : quietMs + 1_000;
  }
}

/** CPU time of a process so far. Linux only: fields 14 and 15 of its stat line, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function openDirect(dataDirectory: string): Promise<Client> {
  const connected = await connectDaemon(dataDirectory, { want: 'connect', version: 'bench' });
  if (connected === undefined) throw new Error('the daemon has no socket');
  const { socket } = connected;
  const connection = await initialize(socket, socket);
  socket.resume();
  return {
    connection,
    close: async () => {
      socket.end();
      await once(socket, 'close');
    },
  };
}

async function openRelay(dataDirectory: string): Promise<Client> {
  const child = spawn(LAUNCHER, ['daemon', '--stdio', '--data-dir', dataDirectory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = await initialize(child.stdout, child.stdin);
  return {
    connection,
    close: async () => {
      const ended = once(child, 'exit');
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await ended;
    },
  };
}

async function initialize(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<MessageConnection> {
  const connection = createMessageConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  connection.listen();
  input.resume();
  await connection.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
    initializationOptions: { changes: [], log_level: 'off' },
  });
  return connection;
}
