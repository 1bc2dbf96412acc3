import { ClientConnection, type ClientEnd, type ClientStream, type ConnectionParts } from './client-connection.ts';
import { documentHandlers } from './document-handlers.ts';
import { executionHandlers } from './execution-handlers.ts';
import type { AllHandlers } from './handlers.ts';
import { metadataHandlers } from './metadata-handlers.ts';
import { sessionHandlers } from './session-handlers.ts';
import { templateHandlers } from './template-handlers.ts';

export type RpcServerParts = Omit<ConnectionParts, 'handlers' | 'number'>;

/** Serves JSON-RPC over any pairs of streams, many clients at once. */
export class RpcServer {
  readonly #parts: RpcServerParts;
  readonly #handlers: AllHandlers;
  readonly #clients = new Set<ClientConnection>();
  #stopping: string | undefined;
  #count = 0;

  constructor(parts: RpcServerParts) {
    const { services } = parts;
    this.#parts = parts;
    this.#handlers = {
      ...templateHandlers(services),
      ...sessionHandlers(services),
      ...executionHandlers(services),
      ...metadataHandlers(services),
      ...documentHandlers(),
    };
  }

  /** Clients that are connected now. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Serves until the client or the daemon ends it. The caller then ends the streams. */
  async serve(stream: ClientStream): Promise<ClientEnd> {
    const { logger } = this.#parts;
    const number = ++this.#count;
    const client = new ClientConnection(stream, { ...this.#parts, handlers: this.#handlers, number });
    this.#clients.add(client);
    logger.debug({ client: number }, 'client connected');
    if (this.#stopping !== undefined) void client.stop(this.#stopping);
    const end = await client.ended;
    this.#clients.delete(client);
    logger.debug({ client: number, reason: end.reason }, 'client left');
    return end;
  }

  /** Tells every client why, and ends their connections. */
  async stop(reason: string): Promise<void> {
    this.#stopping = reason;
    await Promise.all([...this.#clients].map((client) => client.stop(reason)));
  }
}
