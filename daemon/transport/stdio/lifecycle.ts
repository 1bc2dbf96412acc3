import { ErrorCodes } from 'vscode-jsonrpc/node';
import type { ErrorCode } from '../../../shared/errors/error-codes.ts';
import type { RpcErrorData } from './rpc-error.ts';

type State = 'new' | 'running' | 'shut down';

/** The error of an answer to a request that is not let through. */
export type Refusal = { code: number; message: string; data: RpcErrorData };

export function refusal(code: number, name: ErrorCode, message: string): Refusal {
  return { code, message, data: { code: name, details: {} } };
}

/** The order that LSP asks for: initialize, then anything, then shutdown, then exit. */
export class Lifecycle {
  #state: State = 'new';

  /** LSP: 0 when `shutdown` came before the end, 1 otherwise. */
  get exitCode(): 0 | 1 {
    return this.#state === 'shut down' ? 0 : 1;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Whether a request may be served now; `initialize` and `shutdown` move the state. */
  refuseRequest(method: string): Refusal | undefined {
    switch (this.#state) {
      case 'new':
        if (method !== 'initialize') {
          return refusal(ErrorCodes.ServerNotInitialized, 'INVALID_REQUEST', `${method} came before initialize.`);
        }
        this.#state = 'running';
        return undefined;
      case 'running':
        if (method === 'initialize') {
          return refusal(ErrorCodes.InvalidRequest, 'INVALID_REQUEST', 'The connection is initialized already.');
        }
        if (method === 'shutdown') this.#state = 'shut down';
        return undefined;
      case 'shut down':
        return refusal(
          ErrorCodes.InvalidRequest,
          'INVALID_REQUEST',
          `${method} came after shutdown; only exit may follow.`,
        );
    }
  }

  /** `initialize` was refused: the client may mend it and try again, and nothing else counts before that. */
  initializeRefused(): void {
    if (this.#state === 'running') this.#state = 'new';
  }

  /** Whether a notification counts now; those that do not are dropped, as LSP has it. */
  acceptsNotification(method: string): boolean {
    return method === 'exit' || method === '$/cancelRequest' || this.isRunning;
  }
}
