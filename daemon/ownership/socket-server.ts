import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { DaemonInfo } from '../../shared/protocol/daemon.protocol.ts';
import {
  FAREWELL_MARK,
  HANDSHAKE_VERSION,
  isHello,
  type Farewell,
  type Hello,
  type Welcome,
} from '../../shared/protocol/handshake.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/protocol-version.ts';
import { readGreeting, writeGreeting } from './greeting.ts';
import { requirePrivate } from './private-path.ts';

/** A client of ours greets at once, unless it gets no processor; whoever does not is none. */
const GREETING_MS = 15_000;

/** How long a client may take to read the last bytes before its connection is cut. */
const FAREWELL_MS = 2_000;

export type SocketServerParts = {
  readonly path: string;
  readonly daemon: DaemonInfo;
  /** Speaks JSON-RPC until one side ends it. */
  readonly serve: (socket: Socket) => Promise<Farewell>;
  /** What the daemon holds now. */
  readonly load: () => { live_sessions: number; clients: number };
  /** Ends the daemon. */
  readonly stop: (reason: string) => void;
};

/** The daemon's local socket. File permissions are its wall: whoever can open it is this user. */
export class SocketServer {
  readonly #parts: SocketServerParts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(parts: SocketServerParts) {
    this.#parts = parts;
    // Half open: a client that has said all it wants may still read how it ended.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => void this.#accept(socket));
  }

  /** Removes what a killed daemon left at the path, and listens. Only the owner of the data directory may. */
  async listen(): Promise<void> {
    const { path } = this.#parts;
    const isFile = process.platform !== 'win32';
    if (isFile && requirePrivate(path, 'socket') !== undefined) rmSync(path);
    // The socket must not be open to others even for a moment.
    const mask = process.umask(0o177);
    try {
      this.#server.listen(path);
      await once(this.#server, 'listening');
    } finally {
      process.umask(mask);
    }
    if (isFile) chmodSync(path, 0o600);
  }

  get path(): string {
    return this.#parts.path;
  }

  /** Who comes from now on finds nobody; connections that are open stay. */
  stopListening(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Resolves when all connections have ended; those that do not by themselves are cut after a moment. */
  async closed(): Promise<void> {
    this.stopListening();
    const open = [...this.#sockets].filter((socket) => !socket.closed);
    for (const socket of open) cutLater(socket);
    await Promise.all(open.map((socket) => once(socket, 'close')));
  }

  async #accept(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    const hello = await readGreeting(socket, isHello, GREETING_MS);
    if (hello === undefined || !this.#server.listening) {
      socket.destroy();
      return;
    }
    const refusal = this.#refusal(hello);
    writeGreeting(socket, this.#welcome(refusal));
    if (refusal === undefined && hello.want === 'stop') {
      // Kept open: the system closes it with this process, and so tells whoever asked that the daemon has gone.
      this.#sockets.delete(socket);
      this.#parts.stop('the daemon was stopped (vm-system stop)');
      return;
    }
    if (refusal === undefined && hello.want === 'connect') await this.#serve(socket);
    socket.end();
    cutLater(socket);
  }

  #refusal(hello: Hello): string | undefined {
    const { daemon, load } = this.#parts;
    const { live_sessions, clients } = load();
    if (hello.want === 'stop' && hello.only_if_idle === true && (live_sessions > 0 || clients > 0)) {
      return `it holds ${live_sessions} live sessions and ${clients} clients`;
    }
    if (hello.want === 'connect' && hello.protocol_version !== PROTOCOL_VERSION) {
      return `it is version ${daemon.version} and speaks protocol ${PROTOCOL_VERSION}, not ${hello.protocol_version}`;
    }
    return undefined;
  }

  #welcome(refusal: string | undefined): Welcome {
    const { daemon, load } = this.#parts;
    const { live_sessions, clients } = load();
    return {
      vm_system: HANDSHAKE_VERSION,
      ok: refusal === undefined,
      message: refusal ?? '',
      daemon,
      live_sessions,
      clients,
    };
  }

  async #serve(socket: Socket): Promise<void> {
    const farewell = await this.#parts.serve(socket);
    socket.write(Buffer.concat([Buffer.of(FAREWELL_MARK), Buffer.from(JSON.stringify(farewell))]));
  }
}

function cutLater(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}
