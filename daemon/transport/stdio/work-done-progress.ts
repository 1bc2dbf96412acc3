import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd } from 'vscode-languageserver-protocol';
import { VmError } from '../../../shared/errors/vm-error.ts';
import type { Progress } from './handlers.ts';

/**
 * Tells a client how far its request is, as LSP has it; nothing, when the request has no token.
 * @throws VmError VALIDATION_ERROR for a token that is neither a string nor an integer.
 */
export function workDoneProgress(connection: MessageConnection, token: ProgressToken | undefined): Progress {
  if (token === undefined) return { begin: () => undefined, end: () => undefined };
  if (typeof token !== 'string' && !Number.isSafeInteger(token)) {
    throw new VmError('VALIDATION_ERROR', 'workDoneToken must be a string or an integer.', { field: 'workDoneToken' });
  }
  const send = (value: WorkDoneProgressBegin | WorkDoneProgressEnd): void => {
    void connection.sendNotification('$/progress', { token, value });
  };
  return {
    begin: (title) => {
      send({ kind: 'begin', title, cancellable: true });
    },
    end: (message) => {
      send({ kind: 'end', message });
    },
  };
}
