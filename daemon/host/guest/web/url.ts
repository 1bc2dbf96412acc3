import { typeError } from '../coded-error.ts';
import { defineVisible, finishWebClass } from '../define.ts';
import { askHost } from '../host-link.ts';
import { inspectValue } from '../inspect/inspect.ts';
import { jsonParse, StringCtor, stringSlice } from '../primordials.ts';
import { INSPECT } from './event.ts';
import { connectParams, URLSearchParams } from './url-search-params.ts';

/** What the host says of a URL. */
export type UrlParts = {
  href: string;
  origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
};

type Settable = Exclude<keyof UrlParts, 'origin'>;

/** No URL that means anything is longer. */
const MAX_LENGTH = 1_048_576;

/** A URL; the host parses it, with Node's own parser. */
export class URL {
  #parts: UrlParts;
  #params: URLSearchParams | undefined;
  #updateParams: ((query: string) => void) | undefined;

  constructor(input: unknown, base: unknown = undefined) {
    if (arguments.length === 0) throw typeError('ERR_MISSING_ARGS', 'The "url" argument must be specified');
    const text = StringCtor(input);
    const parts = parse(text, base);
    if (parts === undefined) throw invalidUrl(text, base);
    this.#parts = parts;
  }

  static canParse(input: unknown, base: unknown = undefined): boolean {
    if (arguments.length === 0) throw typeError('ERR_MISSING_ARGS', 'The "url" argument must be specified');
    return parse(StringCtor(input), base) !== undefined;
  }

  static parse(input: unknown, base: unknown = undefined): URL | null {
    if (arguments.length === 0) throw typeError('ERR_MISSING_ARGS', 'The "url" argument must be specified');
    return parseUrl(input, base);
  }

  toString(): string {
    return this.#parts.href;
  }

  get href(): string {
    return this.#parts.href;
  }

  set href(value: unknown) {
    const text = StringCtor(value);
    const parts = parse(text, undefined);
    if (parts === undefined) throw invalidUrl(text, undefined);
    this.#parts = parts;
    this.#updateParams?.(query(parts));
  }

  get origin(): string {
    return this.#parts.origin;
  }

  get protocol(): string {
    return this.#parts.protocol;
  }

  set protocol(value: unknown) {
    this.#set('protocol', value);
  }

  get username(): string {
    return this.#parts.username;
  }

  set username(value: unknown) {
    this.#set('username', value);
  }

  get password(): string {
    return this.#parts.password;
  }

  set password(value: unknown) {
    this.#set('password', value);
  }

  get host(): string {
    return this.#parts.host;
  }

  set host(value: unknown) {
    this.#set('host', value);
  }

  get hostname(): string {
    return this.#parts.hostname;
  }

  set hostname(value: unknown) {
    this.#set('hostname', value);
  }

  get port(): string {
    return this.#parts.port;
  }

  set port(value: unknown) {
    this.#set('port', value);
  }

  get pathname(): string {
    return this.#parts.pathname;
  }

  set pathname(value: unknown) {
    this.#set('pathname', value);
  }

  get search(): string {
    return this.#parts.search;
  }

  set search(value: unknown) {
    this.#set('search', value);
    this.#updateParams?.(query(this.#parts));
  }

  get searchParams(): URLSearchParams {
    if (this.#params === undefined) {
      const params = new URLSearchParams(this.#parts.search);
      this.#params = params;
      this.#updateParams = connectParams(params, () => { this.#set('search', params.toString()); }); // prettier-ignore
    }
    return this.#params;
  }

  get hash(): string {
    return this.#parts.hash;
  }

  set hash(value: unknown) {
    this.#set('hash', value);
  }

  toJSON(): string {
    return this.#parts.href;
  }

  #set(part: Settable, value: unknown): void {
    const text = StringCtor(value);
    if (text.length > MAX_LENGTH) return;
    const changed = askHost('changeUrl', this.#parts.href, part, text);
    if (changed !== undefined) this.#parts = jsonParse(changed) as UrlParts;
  }

  [INSPECT](depth: number | null, options: object): unknown {
    if (depth !== null && depth < 0) return `${className(this)} {}`;
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = this.#parts;
    const head = { href, origin, protocol, username, password, host, hostname, port, pathname, search };
    const shown = { ...head, searchParams: this.searchParams, hash };
    return `${className(this)} ${inspectValue(shown, options)}`;
  }
}
finishWebClass(URL, 'URL');
for (const name of ['parse', 'canParse'] as const) defineVisible(URL, name, URL[name]);

function className(url: URL): string {
  const { name } = url.constructor as { name?: unknown };
  return typeof name === 'string' ? name : 'URL';
}

/** Not in the class itself: the bundle would rename a class that names itself, which stack traces show. */
function parseUrl(input: unknown, base: unknown): URL | null {
  return URL.canParse(input, base) ? new URL(input, base) : null;
}

function parse(text: string, base: unknown): UrlParts | undefined {
  const baseText = base === undefined ? undefined : StringCtor(base);
  if (text.length > MAX_LENGTH || (baseText?.length ?? 0) > MAX_LENGTH) return undefined;
  const parts = askHost('parseUrl', text, baseText);
  return parts === undefined ? undefined : (jsonParse(parts) as UrlParts);
}

const query = ({ search }: UrlParts): string => (search === '' ? '' : stringSlice(search, 1));

function invalidUrl(input: string, base: unknown): Error {
  const error = typeError('ERR_INVALID_URL', 'Invalid URL');
  defineVisible(error, 'input', input);
  if (base !== undefined) defineVisible(error, 'base', StringCtor(base));
  return error;
}
