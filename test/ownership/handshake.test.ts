import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDaemon } from '../../daemon/ownership/connect.ts';
import { writeEndpoint } from '../../daemon/ownership/endpoint.ts';
import { OwnershipError } from '../../daemon/ownership/ownership-error.ts';
import { reachDaemon } from '../../daemon/ownership/reach-daemon.ts';
import { SocketServer } from '../../daemon/ownership/socket-server.ts';
import type { DaemonInfo } from '../../shared/protocol/daemon.protocol.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/protocol-version.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const wish = { want: 'connect', version: '2.0.0' } as const;

describe('the greeting on the socket', () => {
  let folder: string;
  let info: DaemonInfo;
  let path: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'vm-greet-')));
    path = join(folder, 'daemon.sock');
    info = {
      pid: process.pid,
      version: '1.0.0',
      protocol_version: PROTOCOL_VERSION,
      started_at: '2026-01-01T00:00:00.000Z',
      url: 'http://127.0.0.1:1',
      data_directory: folder,
    };
    writeEndpoint({ ...info, socket: path, token_path: '' });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('by the daemon', () => {
    let server: SocketServer;
    let stopped: string[];
    let load: { live_sessions: number; clients: number };
    beforeEach(async () => {
      stopped = [];
      load = { live_sessions: 0, clients: 0 };
      server = new SocketServer({
        path,
        daemon: info,
        serve: async (socket) => {
          socket.write('served');
          await once(socket.resume(), 'end');
          return { exit_code: 0, reason: 'bye' };
        },
        load: () => load,
        stop: (reason) => stopped.push(reason),
      });
      await server.listen();
    });
    afterEach(() => server.closed());

    it('says who it is and what it holds', async () => {
      load = { live_sessions: 3, clients: 2 };
      const connected = await connectDaemon(folder, { ...wish, want: 'status' });
      assert.deepEqual(connected?.welcome, { vm_system: 1, ok: true, message: '', daemon: info, ...load });
      connected.socket.destroy();
    });

    it('is followed by frames, and in the end by a farewell', async () => {
      const connected = await connectDaemon(folder, wish);
      assert.ok(connected);
      const { socket } = connected;
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString())).resume();
      socket.end();
      await once(socket, 'close');
      assert.equal(text, 'served\0{"exit_code":0,"reason":"bye"}');
    });

    it('lets a daemon that is needed refuse to stop for a newer one, and one that is idle go', async () => {
      load = { live_sessions: 1, clients: 0 };
      const refused = await connectDaemon(folder, { want: 'stop', only_if_idle: true, version: '2.0.0' });
      assert.deepEqual(
        [refused?.welcome.ok, refused?.welcome.message],
        [false, 'it holds 1 live sessions and 0 clients'],
      );
      refused?.socket.destroy();
      assert.deepEqual(stopped, []);
      load = { live_sessions: 0, clients: 0 };
      const agreed = await connectDaemon(folder, { want: 'stop', only_if_idle: true, version: '2.0.0' });
      assert.equal(agreed?.welcome.ok, true);
      await waitUntil(() => stopped.length === 1, 'stop');
      agreed.socket.destroy();
    });

    it('is refused to a client of another protocol', async () => {
      const socket = connect(path);
      socket.write('{"vm_system":1,"want":"connect","protocol_version":99,"version":"9.0.0"}\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      const { ok, message } = JSON.parse(answer.toString()) as { ok: boolean; message: string };
      assert.deepEqual([ok, message], [false, `it is version 1.0.0 and speaks protocol ${PROTOCOL_VERSION}, not 99`]);
      socket.destroy();
    });

    const strangers = [
      'GET / HTTP/1.1\r\n\r\n',
      '{"vm_system":2}\n',
      'x'.repeat(10_000),
      '{"vm_system":1,"want":"all"}\n',
    ];
    for (const bytes of strangers) {
      it(`is not answered to ${JSON.stringify(bytes.slice(0, 20))}`, async () => {
        const socket = connect(path);
        socket.on('error', () => undefined).on('data', () => assert.fail('it answered'));
        socket.write(bytes);
        await once(socket, 'close');
      });
    }

    it('takes a second listener for what it is: the socket of a daemon that was killed', async () => {
      const other = new SocketServer({
        path,
        daemon: info,
        serve: () => assert.fail(),
        load: () => load,
        stop: () => undefined,
      });
      await other.listen();
      const connected = await connectDaemon(folder, { ...wish, want: 'status' });
      assert.equal(connected?.welcome.ok, true);
      connected.socket.destroy();
      await other.closed();
    });
  });

  it('is not looked for where a file or a link stands in for the socket', async () => {
    writeFileSync(path, '', { mode: 0o600 });
    await assert.rejects(connectDaemon(folder, wish), /not a socket of vm-system/);
    rmSync(path);
    symlinkSync('/tmp/elsewhere.sock', path);
    await assert.rejects(connectDaemon(folder, wish), /is a symbolic link/);
    const server = new SocketServer({
      path,
      daemon: info,
      serve: () => assert.fail(),
      load: () => assert.fail(),
      stop: () => undefined,
    });
    await assert.rejects(server.listen(), /is a symbolic link/);
  });

  it('finds nobody where nothing listens', async () => {
    assert.equal(await connectDaemon(folder, wish), undefined);
    rmSync(join(folder, 'endpoint.json'));
    assert.equal(await connectDaemon(folder, wish), undefined);
  });

  describe('with a daemon of an older version', () => {
    let server: Server;
    let wants: string[];
    let live_sessions: number;
    beforeEach(async () => {
      wants = [];
      server = createServer((socket) => {
        answerAsOld(socket);
      });
      await once(server.listen(path), 'listening');
      chmodSync(path, 0o600);
    });
    afterEach(async () => {
      if (server.listening) await once(server.close(), 'close');
    });

    function answerAsOld(socket: Socket): void {
      socket.on('error', () => undefined);
      socket.once('data', (chunk: Buffer) => {
        const { want } = JSON.parse(chunk.toString()) as { want: string };
        wants.push(want);
        const goes = want === 'stop' && live_sessions === 0;
        const message =
          want === 'stop' ? `it holds ${live_sessions} live sessions and 0 clients` : 'it is version 0.1.0';
        const daemon = { ...info, version: '0.1.0', protocol_version: 0 };
        socket.end(`${JSON.stringify({ vm_system: 1, ok: goes, message, daemon, live_sessions, clients: 0 })}\n`);
        if (goes) server.close();
      });
    }

    it('leaves it alone while it holds sessions, and says so', async () => {
      live_sessions = 2;
      const start = { entry: '/does/not/exist', args: [] };
      await assert.rejects(
        reachDaemon({ dataDirectory: folder, version: '2.0.0', start }),
        (error) =>
          error instanceof OwnershipError &&
          error.message.includes('cannot serve this client: it is version 0.1.0. It is left alone, as it holds 2 live'),
      );
      assert.deepEqual(wants, ['connect', 'stop']);
      assert.ok(server.listening);
    });

    it('replaces it when it is idle', async () => {
      live_sessions = 0;
      // The next one cannot start: that it is tried is what this test wants to see.
      const start = { entry: '/does/not/exist', args: [] };
      await assert.rejects(reachDaemon({ dataDirectory: folder, version: '2.0.0', start }), /the daemon did not start/);
      assert.deepEqual(wants, ['connect', 'stop']);
    });
  });
});
