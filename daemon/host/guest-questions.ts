import ivm from 'isolated-vm';
import { now } from './clock.ts';
import { randomBytes } from './random-bytes.ts';

/** No guest may ask for more at once. */
const MAX_RANDOM_BYTES = 65_536;

const URL_PARTS = [
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;
type UrlPart = (typeof URL_PARTS)[number];

/** What some questions are passed on to. */
export type AnswerParts = { exit: (code: number) => void; reply: () => string | undefined };

/** Answers the guest's questions (`guest/host-link.ts` lists them). Whatever comes in is checked: it is the guest's. */
export function answerQuestion(question: unknown, args: readonly unknown[], { exit, reply }: AnswerParts): unknown {
  const [first, second, third] = args;
  switch (question) {
    case 'now':
      return now();
    case 'random':
      return typeof first === 'number' ? randomBuffer(first) : undefined;
    case 'parseUrl':
      return typeof first === 'string' ? parseUrl(first, second) : undefined;
    case 'changeUrl':
      return typeof first === 'string' && typeof third === 'string' ? changeUrl(first, second, third) : undefined;
    case 'encode':
      return typeof first === 'string' ? bufferOf(Buffer.from(first, 'utf8')) : undefined;
    case 'decode':
      return decode(first, second, third === true);
    case 'lib':
      return ivm;
    case 'reply':
      return reply();
    case 'exit':
      if (typeof first === 'number') exit(first);
      return undefined;
    default:
      return undefined;
  }
}

function randomBuffer(count: number): ArrayBuffer {
  return bufferOf(randomBytes(Math.min(Math.max(0, Math.trunc(count)), MAX_RANDOM_BYTES)));
}

/** Just these bytes: Node's buffers are parts of larger ones. */
function bufferOf(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function parseUrl(text: string, base: unknown): string | undefined {
  const url = URL.parse(text, typeof base === 'string' ? base : undefined);
  return url === null ? undefined : partsOf(url);
}

function changeUrl(href: string, part: unknown, value: string): string | undefined {
  const url = URL.parse(href);
  if (url === null || !URL_PARTS.includes(part as UrlPart)) return undefined;
  url[part as UrlPart] = value;
  return partsOf(url);
}

function partsOf(url: URL): string {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return JSON.stringify({ href, origin, protocol, username, password, host, hostname, port, pathname, search, hash });
}

function decode(label: unknown, bytes: unknown, fatal: boolean): string | undefined {
  if (typeof label !== 'string' || !(bytes instanceof ArrayBuffer)) return undefined;
  try {
    // The guest looks after the byte order mark.
    return new TextDecoder(label, { fatal, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
