import * as legacy from 'url/url.js';
import { fileURLToPath, pathToFileURL } from './support/file-urls.ts';

const { URL, URLSearchParams } = globalThis;
const { Url, parse, resolve, resolveObject } = legacy;

type FormatOptions = { auth?: boolean; fragment?: boolean; search?: boolean; unicode?: boolean };

/** As text; a URL object may be shown without some of its parts. */
function format(url: string | object, options: FormatOptions = {}): string {
  if (!(url instanceof URL)) return legacy.format(url);
  const shown = new URL(url);
  if (options.auth === false) shown.username = shown.password = '';
  if (options.fragment === false) shown.hash = '';
  if (options.search === false) shown.search = '';
  return shown.href;
}

function urlToHttpOptions(url: URL): object {
  const { hash, href, hostname, password, pathname, port, protocol, search, username } = url;
  return {
    ...Object.fromEntries(Object.entries(url)),
    protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash,
    search,
    pathname,
    path: `${pathname}${search}`,
    href,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' && password === ''
      ? {}
      : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  };
}

/** The host's name as URLs have it; empty when it is none. */
function domainToASCII(domain: string): string {
  return URL.parse(`ws://${domain}`)?.hostname ?? '';
}

export const builtIn = {
  URL,
  URLSearchParams,
  Url,
  domainToASCII,
  fileURLToPath,
  format,
  parse,
  pathToFileURL,
  resolve,
  resolveObject,
  urlToHttpOptions,
};
