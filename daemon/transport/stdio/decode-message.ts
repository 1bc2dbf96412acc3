import { isUtf8 } from 'node:buffer';
import type { Message } from 'vscode-jsonrpc/node';
import { FrameError } from './frame-parser.ts';

/** Both are said again in answers and in the log, and ids are kept while requests are open. */
const MAX_NAME = 1024;

/** The JSON-RPC message in a frame. Throws FrameError for what is none, so that nothing odd gets any further. */
export function decodeMessage(body: Buffer): Message {
  if (!isUtf8(body)) throw new FrameError('a message is not UTF-8');
  const message = parse(body.toString('utf8'));
  if (!isRecord(message) || message['jsonrpc'] !== '2.0') {
    throw new FrameError('a message is not a JSON-RPC 2.0 object (batches are not part of LSP)');
  }
  for (const name of ['id', 'method']) {
    const value = message[name];
    if (typeof value === 'string' && value.length > MAX_NAME) {
      throw new FrameError(`the ${name} of a message is longer than ${MAX_NAME} characters`);
    }
  }
  if (!isRequest(message) && !isNotification(message) && !isResponse(message)) {
    throw new FrameError('a message is neither a request nor a notification nor a response');
  }
  // One way to say "no parameters" is enough for all that follows.
  if (Array.isArray(message['params']) || message['params'] === null) delete message['params'];
  return message as unknown as Message;
}

type Fields = Record<string, unknown>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FrameError('a message is not JSON', { cause: error });
  }
}

function isRequest({ id, method, params }: Fields): boolean {
  return isId(id) && typeof method === 'string' && isParams(params);
}

function isNotification({ id, method, params }: Fields): boolean {
  if (id !== undefined || typeof method !== 'string' || !isParams(params)) return false;
  return method !== '$/cancelRequest' || (isRecord(params) && isId(params['id']));
}

function isResponse({ id, method, result, error }: Fields): boolean {
  if (method !== undefined || !(isId(id) || id === null)) return false;
  return error === undefined ? result !== undefined : isRecord(error) && typeof error['message'] === 'string';
}

function isId(id: unknown): boolean {
  return typeof id === 'string' || Number.isSafeInteger(id);
}

/** LSP knows parameters by name only; clients write `null`, `[]` or `[null]` for none. */
function isParams(params: unknown): boolean {
  const isNone = (each: unknown): boolean => each === undefined || each === null;
  return isNone(params) || isRecord(params) || (Array.isArray(params) && params.every(isNone));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
