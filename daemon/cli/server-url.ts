import { InvalidArgumentError } from 'commander';

/**
 * The address of a daemon as people type it: `http://127.0.0.1:3210`, also without `http://`, or with a path before
 * `/api/v1` where a proxy has one. Returned without a slash at the end. Throws InvalidArgumentError.
 */
export function serverUrl(text: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new InvalidArgumentError('It must be an address such as http://127.0.0.1:3210.');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Whether a host name or address is this very machine's loopback, so that nothing leaves the machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}
