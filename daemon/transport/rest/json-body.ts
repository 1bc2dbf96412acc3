import { isUtf8 } from 'node:buffer';
import { VmError } from '../../../shared/errors/vm-error.ts';
import type { RestServer } from './rest-instance.ts';

/** Deeper JSON is no honest input, and recursive code further down would run out of stack on it. */
const MAX_DEPTH = 200;

type Done = (error: Error | null, body?: unknown) => void;

/** JSON and nothing else; other content types are refused. */
export function parseJsonBodies(server: RestServer): void {
  const parseSafely = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done: Done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') {
      done(new VmError('UNSUPPORTED_MEDIA_TYPE', `The body is compressed (${encoding}); send it as it is.`));
      return;
    }
    // Some clients name the content type whatever they send; whether a body is needed is for the schema to say.
    if (bytes.length === 0) {
      done(null, undefined);
      return;
    }
    if (!isUtf8(bytes)) {
      done(new VmError('INVALID_REQUEST', 'The body is not UTF-8.'));
      return;
    }
    const text = bytes.toString('utf8');
    void parseSafely(request, text, (error: Error | null, body?: unknown) => {
      if (error !== null) done(explain(text));
      else if (isDeeperThan(body, MAX_DEPTH)) done(new VmError('INVALID_REQUEST', tooDeep));
      else done(null, body);
    });
  });
}

const tooDeep = `The body is nested deeper than ${MAX_DEPTH} levels.`;

/**
 * Adds routes that want no body: whatever is sent is read, up to the limit, and dropped.
 * `curl -d '{}'` calls it a form, and clients set content types on empty bodies.
 */
export function withoutBody(server: RestServer, addRoutes: (scope: RestServer) => void): void {
  void server.register((scope: RestServer, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _bytes, ignored: Done) => {
      ignored(null, undefined);
    });
    addRoutes(scope);
    done();
  });
}

/** Why the safe parser refused; a second parse is for its message only. */
function explain(text: string): VmError {
  try {
    JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return new VmError('INVALID_REQUEST', `The body is not valid JSON: ${reason}`);
  }
  return new VmError('INVALID_REQUEST', 'The body has a key "__proto__" or "constructor.prototype", which is refused.');
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((each) => isDeeperThan(each, levels - 1));
}
