type Query = Record<string, string | string[]>;
type ParseOptions = { maxKeys?: number; decodeURIComponent?: (text: string) => string };
type StringifyOptions = { encodeURIComponent?: (text: string) => string };

function escape(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed());
}

/** Never throws: what is no correct escape stays, byte by byte. */
function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    const bytes = [...new TextEncoder().encode(text)];
    const decoded: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      const hex = String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0);
      const isEscape = byte === 0x25 && /^[\da-f]{2}$/i.test(hex);
      decoded.push(isEscape ? Number.parseInt(hex, 16) : byte);
      if (isEscape) i += 2;
    }
    return new TextDecoder().decode(new Uint8Array(decoded));
  }
}

function parse(text: unknown, separator?: string | null, equals?: string | null, options?: ParseOptions | null): Query {
  const query = Object.create(null) as Query;
  if (typeof text !== 'string' || text === '') return query;
  const { maxKeys = 1_000, decodeURIComponent: decode = builtIn.unescape } = options ?? {};
  const sign = orDefault(equals, '=');
  const pairs = text.split(orDefault(separator, '&')).filter((pair) => pair !== '');
  for (const pair of maxKeys > 0 ? pairs.slice(0, maxKeys) : pairs) {
    const at = pair.indexOf(sign);
    const key = decoded(at < 0 ? pair : pair.slice(0, at), decode);
    const value = at < 0 ? '' : decoded(pair.slice(at + sign.length), decode);
    const known = query[key];
    query[key] = known === undefined ? value : [...[known].flat(), value];
  }
  return query;
}

/** Node takes an empty text for none. */
function orDefault(text: string | null | undefined, standard: string): string {
  return text === undefined || text === null || text === '' ? standard : text;
}

function decoded(text: string, decode: (text: string) => string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decode(spaced);
  } catch {
    return unescape(spaced);
  }
}

function stringify(
  query: unknown,
  separator?: string | null,
  equals?: string | null,
  options?: StringifyOptions | null,
): string {
  if (typeof query !== 'object' || query === null) return '';
  const { encodeURIComponent: encode = builtIn.escape } = options ?? {};
  const pairs = Object.entries(query).flatMap(([key, value]: [string, unknown]) => {
    const start = `${encode(key)}${orDefault(equals, '=')}`;
    return (Array.isArray(value) ? value : [value]).map((each) => `${start}${encode(primitive(each))}`);
  });
  return pairs.join(orDefault(separator, '&'));
}

function primitive(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : '';
}

/** Node's `querystring`. Programs may replace `escape` and `unescape`, which the others then use. */
export const builtIn = { decode: parse, encode: stringify, escape, parse, stringify, unescape };
