/** Files of packages: their names alone mean Node's own modules, to the compiler and in a session. */

declare module 'assert/build/assert.js' {
  import assert from 'node:assert';
  export = assert;
}
declare module 'assert/build/internal/util/comparisons.js' {
  export function isDeepStrictEqual(a: unknown, b: unknown): boolean;
}
declare module 'buffer/index.js' {
  export * from 'node:buffer';
  export const SlowBuffer: unknown;
}
declare module 'events/events.js' {
  import { EventEmitter } from 'node:events';
  export = EventEmitter;
}
declare module 'path-browserify' {
  import path from 'node:path/posix';
  export = path;
}
declare module 'punycode/punycode.js' {
  import punycode from 'node:punycode';
  export = punycode;
}
declare module 'string_decoder/lib/string_decoder.js' {
  export * from 'node:string_decoder';
}
declare module 'url/url.js' {
  export const Url: unknown;
  export const parse: unknown;
  export const resolve: unknown;
  export const resolveObject: unknown;
  export const format: (url: string | object) => string;
}
