import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { answerMalformedRequest } from './client-error.ts';
import { makeHttpServer } from './http-server.ts';
import type { RestServer } from './rest-instance.ts';

/** Builds the API on a server that is there already, and gives the listener of its requests to `attach`. */
export type BuildApi = (attach: AttachListener) => Promise<RestServer>;
export type AttachListener = (listener: RequestListener) => Server;

/**
 * Listens for HTTP from the start, and loads the API when the first request comes: that is half of all that a daemon
 * has to load, and those that editors start are mostly never asked by HTTP.
 */
export class RestDoor {
  readonly server = makeHttpServer();
  readonly #build: BuildApi;
  #api: Promise<RestServer> | undefined;
  #answer: RequestListener | undefined;

  constructor(build: BuildApi) {
    this.#build = build;
    this.server.on('request', (request, response) => {
      if (this.#answer === undefined) void this.#answerLater(request, response);
      else this.#answer(request, response);
    });
    this.server.on('clientError', answerMalformedRequest);
  }

  /** Rejects with the system's error when the port cannot be had. */
  async listen(at: { host: string; port: number }): Promise<void> {
    this.server.listen(at);
    await once(this.server, 'listening');
    if (at.host === 'localhost') await this.#listenBeside();
  }

  /** What is being answered has its time, as the API has it. */
  async close(): Promise<void> {
    const api = await this.#api?.catch(() => undefined);
    if (api !== undefined) return api.close();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** The name stands for two addresses, and clients may try either; where one of them cannot be had, the other will do. */
  async #listenBeside(): Promise<void> {
    const own = this.server.address() as AddressInfo;
    const addresses = await lookup('localhost', { all: true });
    for (const { address } of addresses.filter((other) => other.address !== own.address)) {
      const beside = createServer((socket) => this.server.emit('connection', socket));
      this.server.once('close', () => beside.close());
      beside.on('error', () => undefined).listen({ host: address, port: own.port });
      await once(beside, 'listening').catch(() => undefined);
    }
  }

  async #answerLater(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await (this.#api ??= this.#open());
    } catch {
      // An installation that is damaged: there is nothing here that could say so in a better form.
      this.#api = undefined;
      response.writeHead(500).end();
      return;
    }
    this.#answer?.(request, response);
  }

  async #open(): Promise<RestServer> {
    let answer: RequestListener | undefined;
    const api = await this.#build((listener) => {
      answer = listener;
      return this.server;
    });
    // The API has brought its own, which does the same.
    this.server.off('clientError', answerMalformedRequest);
    await api.ready();
    this.#answer = answer;
    return api;
  }
}
