import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { connectDaemon } from '../../daemon/ownership/connect.ts';
import { readToken } from '../../daemon/data-directory.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import type { RawFrames } from './raw-frames.ts';
import type { RawRequest, Target } from './raw-requests.ts';

/** Far above what any answer takes, also on a machine that has much else to do. */
const ANSWER_MS = 15_000;

/** The daemon looks every second whether there is memory to give back. */
const REST_MS = 4_000;

/** The real daemon, which wants its token from everyone, and raw connections to its port and its socket. Linux only. */
export class RefusingDaemon {
  readonly daemon: DaemonProcess;
  readonly #target: Target;
  readonly #port: number;

  private constructor(daemon: DaemonProcess, target: Target) {
    this.daemon = daemon;
    this.#target = target;
    this.#port = Number(new URL(daemon.url).port);
  }

  static async start(): Promise<RefusingDaemon> {
    const folder = await DaemonFolder.make();
    const daemon = await DaemonProcess.start(folder, ['--auth', 'token']);
    const token = readToken(folder.path) ?? '';
    return new RefusingDaemon(daemon, { host: new URL(daemon.url).host, token });
  }

  async stop(): Promise<void> {
    await this.daemon.end();
    await this.daemon.folder.remove();
  }

  /** Sends a request, and sees that it is refused as it should be, once, with the connection closed behind it. */
  async refuses({ what, bytes, status, code }: RawRequest): Promise<void> {
    const socket = await this.toPort();
    const answer = collect(socket);
    socket.write(bytes(this.#target), 'latin1');
    await waitUntil(() => socket.closed, `the end of the connection that sent ${what}`, ANSWER_MS);
    const text = answer();
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), [`HTTP/1.1 ${status}`], `${what}: ${text}`);
    assert.match(text, /\r\nx-request-id: [A-Za-z0-9._-]{1,128}\r\n/i, what);
    const { error } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as { error: { code: string } };
    assert.deepEqual(Object.keys(error), ['code', 'message', 'details'], what);
    assert.equal(error.code, code, `${what}: ${text}`);
  }

  async refusesFrames({ what, bytes, says, stays = false }: RawFrames): Promise<void> {
    const socket = await this.toSocket();
    const answer = collect(socket);
    socket.write(bytes());
    await waitUntil(() => says.test(answer()), `${what} to be refused`, ANSWER_MS);
    if (stays) socket.destroy();
    else await waitUntil(() => socket.readableEnded, `the end of the connection that sent ${what}`, ANSWER_MS);
    socket.destroy();
  }

  /** A connection on which nothing was said yet. */
  async toPort(): Promise<Socket> {
    const socket = connect(this.#port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** A connection that has greeted. */
  async toSocket(): Promise<Socket> {
    const connected = await connectDaemon(this.daemon.folder.path, { want: 'connect', version: 'test' });
    assert.ok(connected, 'the daemon has no socket');
    return connected.socket;
  }

  /** Whether it answers others, and soon. */
  async answersOthers(): Promise<void> {
    const answer = await fetch(`${this.daemon.url}/api/v1/health`, { signal: AbortSignal.timeout(ANSWER_MS) });
    assert.deepEqual(await answer.json(), { status: 'ok' });
  }

  /** Resident size in MiB. */
  memory(): number {
    const status = readFileSync(`/proc/${this.daemon.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }

  /** The least within some seconds: the daemon gives back what it does not need when it has nothing to do. */
  async memoryAtRest(): Promise<number> {
    let least = this.memory();
    const deadline = performance.now() + REST_MS;
    while (performance.now() < deadline) {
      await setTimeout(100);
      least = Math.min(least, this.memory());
    }
    return least;
  }

  /** How many files, pipes and connections it has open. */
  handles(): number {
    return readdirSync(`/proc/${this.daemon.pid}/fd`).length;
  }
}

/** What came so far. */
function collect(socket: Socket): () => string {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).resume();
  return () => text;
}
