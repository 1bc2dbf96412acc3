import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const MIB = 1024 * 1024;

/** A server on loopback with a page for each way to misbehave; remembers what it was asked. */
export class TestServer {
  readonly asked: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  readonly #server: Server;
  #open = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#open++;
      response.once('close', () => this.#open--);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.asked.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
        answer(new URL(path, 'http://server'), Buffer.concat(chunks), response);
      });
    });
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Requests that are not answered to the end yet. */
  get open(): number {
    return this.#open;
  }

  /** Its address under any name or number. */
  url(path = '/', host = '127.0.0.1'): string {
    return `http://${host}:${this.port}${path}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function answer({ pathname, searchParams }: URL, body: Buffer, response: ServerResponse): void {
  switch (pathname) {
    case '/echo': response.setHeader('content-type', 'application/json'); response.end(body); break;
    case '/bytes': response.end(Buffer.from([0, 255, 128])); break;
    case '/cookies': response.setHeader('set-cookie', ['a=1', 'b=2']); response.end('ok'); break;
    case '/status': response.writeHead(Number(searchParams.get('code'))); response.end(); break;
    case '/redirect': response.writeHead(Number(searchParams.get('code') ?? 302), { location: searchParams.get('to') ?? '/redirect' }); response.end('moved'); break;
    case '/huge': flood(response, Number(searchParams.get('mib'))); break;
    case '/packed': response.setHeader('content-encoding', 'gzip'); response.end(gzipSync(Buffer.alloc(64 * MIB))); break;
    case '/zeros': response.end(Buffer.alloc(7 * MIB)); break;
    // Never answers, or never ends.
    case '/silent': break;
    case '/drip': setInterval(() => response.write('.'), 20).unref(); break;
    case '/broken': response.write('half'); response.socket?.destroy(); break;
    default: response.setHeader('x-path', pathname); response.end('ok');
  } // prettier-ignore
}

function flood(response: ServerResponse, mib: number): void {
  const chunk = Buffer.alloc(MIB, 'x');
  let left = mib;
  const more = (): void => {
    while (left-- > 0) {
      if (response.destroyed || !response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
}
