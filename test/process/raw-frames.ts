export type RawFrames = {
  what: string;
  bytes: () => string | Buffer;
  /** What the client is told before the connection ends, or while it stays. */
  says: RegExp;
  stays?: boolean;
};

const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { processId: null, capabilities: {} } };
const health = { jsonrpc: '2.0', id: 2, method: 'vm/runtime/health' };

export function frame(message: unknown): string {
  const json = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

function frames(...messages: unknown[]): () => string {
  return () => messages.map(frame).join('');
}

const badFrame = /"id":null,"error":\{"code":-32700/;

/** Bytes after the greeting that are refused, as they come over the daemon's own socket. */
export const REFUSED_FRAMES: readonly RawFrames[] = [
  { what: 'no number as length', bytes: () => 'Content-Length: ten\r\n\r\n{}', says: badFrame },
  { what: 'a negative length', bytes: () => 'Content-Length: -1\r\n\r\n{}', says: badFrame },
  { what: 'a length of 1 TB', bytes: () => 'Content-Length: 1000000000000\r\n\r\n{', says: badFrame },
  { what: 'two lengths', bytes: () => 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}', says: badFrame },
  { what: 'HTTP', bytes: () => 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', says: badFrame },
  { what: 'a header of 4 MB', bytes: () => 'x'.repeat(4e6), says: badFrame },
  { what: 'bytes that are not UTF-8', bytes: () => Buffer.from('Content-Length: 3\r\n\r\n"\u00ff"', 'latin1'), says: badFrame },
  { what: 'half a character of UTF-8', bytes: () => Buffer.from('Content-Length: 3\r\n\r\n"\u00c3"', 'latin1'), says: badFrame },
  { what: 'no JSON', bytes: () => 'Content-Length: 2\r\n\r\n{]', says: badFrame },
  { what: 'JSON that is nested without end', bytes: () => frame('').replace('2', '200000').replace('""', '['.repeat(200_000)), says: badFrame },
  { what: 'a batch', bytes: frames([hello, health]), says: badFrame },
  { what: 'an id of 1 MB', bytes: frames({ ...hello, id: 'x'.repeat(1e6) }), says: badFrame },
  { what: 'an id that no number holds', bytes: () => frame({ ...hello, id: 0 }).replace('"id":0', '"id":9e999').replace(/\d+/, (size) => String(Number(size) + 4)), says: badFrame },
  { what: 'an id twice', bytes: frames(hello, health, health), says: badFrame },
  { what: 'a request before initialize', bytes: frames(health), says: /"id":2,"error":\{"code":-32002,.*"INVALID_REQUEST"/, stays: true },
  { what: 'initialize twice', bytes: frames(hello, { ...hello, id: 3 }), says: /"id":3,"error":\{"code":-32600,.*"INVALID_REQUEST"/, stays: true },
  { what: 'a request after shutdown', bytes: frames(hello, { ...health, id: 4, method: 'shutdown' }, health), says: /"id":2,"error":\{"code":-32600,.*"INVALID_REQUEST"/, stays: true },
  { what: 'an unknown method', bytes: frames(hello, { ...health, method: 'vm/nothing' }), says: /"id":2,"error":\{"code":-32601,.*"ROUTE_NOT_FOUND"/, stays: true },
  { what: 'a request above 10 MiB', bytes: frames(hello, { ...health, params: { x: 'x'.repeat(10 * 1024 * 1024) } }), says: /"id":2,"error":\{.*"PAYLOAD_TOO_LARGE"/, stays: true },
]; // prettier-ignore
