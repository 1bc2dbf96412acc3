import path from 'node:path';
import { argumentError } from './tools.ts';

/** Paths here are a worktree's: with slashes. */
export function fileURLToPath(given: unknown): string {
  if (typeof given !== 'string' && !(given instanceof URL)) {
    throw argumentError('path', 'of type string or an instance of URL', given);
  }
  const url = new URL(given);
  if (url.protocol !== 'file:') {
    throw Object.assign(new TypeError('The URL must be of scheme file'), { code: 'ERR_INVALID_URL_SCHEME' });
  }
  if (url.hostname !== '') {
    const message = 'File URL host must be "localhost" or empty on linux';
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_FILE_URL_HOST' });
  }
  if (/%2f/i.test(url.pathname)) {
    const message = 'File URL path must not include encoded / characters';
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_FILE_URL_PATH' });
  }
  return decodeURIComponent(url.pathname);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '%': '%25',
  '\\': '%5C',
  '\n': '%0A',
  '\r': '%0D',
  '\t': '%09',
  '?': '%3F',
  '#': '%23',
};

export function pathToFileURL(given: unknown): URL {
  if (typeof given !== 'string') throw argumentError('path', 'of type string', given);
  let absolute = path.resolve(given);
  if (given.endsWith('/') && !absolute.endsWith('/')) absolute += '/';
  return new URL(`file://${absolute.replace(/[%\\\n\r\t?#]/g, (character) => ESCAPES[character] ?? character)}`);
}
